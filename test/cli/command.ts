import { Command } from 'commander';
import { CommandFailure } from '../../src/cli/command-failure.js';

/** How a command ended, and what it printed. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  /** What the failure says. */
  readonly stderr: string;
}

/** Runs one command in this process. */
export async function runCommand(
  register: (program: Command) => void,
  words: readonly string[],
): Promise<CommandResult> {
  let stdout = '';
  const program = new Command().exitOverride().configureOutput({
    writeOut: (text) => {
      stdout += text;
    },
  });
  register(program);
  try {
    await program.parseAsync(words, { from: 'user' });
    return { exitCode: 0, stdout, stderr: '' };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { exitCode: error.exitCode, stdout, stderr: error.message };
  }
}
