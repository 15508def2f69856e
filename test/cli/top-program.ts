import { Command } from 'commander';
import { registerTopCommand } from '../../src/cli/top.js';

// `dockgate top` alone, in a process of its own: what a terminal test runs.
const program = new Command();
registerTopCommand(program);
await program.parseAsync(['top', '--interval', '100ms', '--control', process.argv[2] ?? ''], {
  from: 'user',
});
