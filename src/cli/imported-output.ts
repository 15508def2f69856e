import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatProblem, type Problem } from '../configuration/problem.js';
import { CommandFailure } from './command-failure.js';
import { writeNewFile } from './new-file.js';

/** What became of the configuration of another program. */
export interface Made {
  /** A dockgate.yaml; undefined when there is none. */
  readonly text: string | undefined;
  readonly problems: readonly Problem[];
}

/** Prints a configuration that was made, or writes it into a new file, and says what has to be looked at. */
export async function putOut(
  { text, problems }: Made,
  output: string | undefined,
  directory: string,
  program: Command,
): Promise<void> {
  const { writeOut, writeErr } = program.configureOutput();
  const lines = problems.map((problem) => `${formatProblem(problem)}\n`).join('');
  if (text === undefined) throw new CommandFailure(lines.trimEnd(), 1);
  if (output === undefined) writeOut?.(text);
  else await writeNewFile(resolve(directory, output), output, text);
  writeErr?.(lines);
  if (output !== undefined) {
    writeErr?.(`Made ${output}. Look through it, then try: dockgate check --config ${output}\n`);
  }
}
