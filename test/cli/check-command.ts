import { Command } from 'commander';
import { registerCheckCommand } from '../../src/cli/check.js';
import { CommandFailure } from '../../src/cli/command-failure.js';

/** How `dockgate check` ended, and what it said. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `dockgate check` in this process. Other machines are asked only when the words have `--online`. */
export async function check(
  directory: string,
  words: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  let stdout = '';
  const program = new Command().exitOverride().configureOutput({
    writeOut: (text) => {
      stdout += text;
    },
  });
  registerCheckCommand(program, { environment, directory });
  const others = words.filter((word) => word !== '--online');
  try {
    await program.parseAsync(['check', ...(words.includes('--online') ? [] : ['--offline']), ...others], {
      from: 'user',
    });
    return { exitCode: 0, stdout, stderr: '' };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { exitCode: error.exitCode, stdout, stderr: error.message };
  }
}
