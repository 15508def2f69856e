import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Configuration } from '../../src/configuration/configuration.js';
import type { Flags } from '../../src/configuration/flags.js';
import { loadConfiguration } from '../../src/configuration/load.js';
import { ConfigurationError, formatProblem } from '../../src/configuration/problem.js';

/** What a person has when they start dockgate. */
export interface Situation {
  /** Content of `dockgate.yaml`. */
  readonly yaml?: string | Uint8Array;
  readonly flags?: Flags;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Runs the work in a new directory that holds `dockgate.yaml` if the situation has one. */
export async function inDirectory<Result>(
  { yaml }: Situation,
  work: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'dockgate-configuration-')));
  try {
    if (yaml !== undefined) await writeFile(path.join(directory, 'dockgate.yaml'), yaml);
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The configuration that the situation leads to, and the directory that its paths are in. */
export async function load(
  situation: Situation,
): Promise<{ configuration: Configuration; directory: string }> {
  return inDirectory(situation, async (directory) => {
    const { flags = {}, environment = {} } = situation;
    return { configuration: await loadConfiguration({ flags, environment, directory }), directory };
  });
}

/** The sentences that the situation gets; empty when it is fine. Anything but a ConfigurationError is thrown on. */
export async function problemsOf(situation: Situation): Promise<readonly string[]> {
  try {
    await load(situation);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(formatProblem);
    throw error;
  }
}
