#!/usr/bin/env node
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli/run.js', import.meta.url);

if (existsSync(program)) {
  const { run } = await import(program.href);
  process.exitCode = await run(process.argv.slice(2));
} else {
  process.stderr.write(
    'dockgate has not been built yet: run "npm run build" in its directory, then try again\n',
  );
  process.exitCode = 1;
}
