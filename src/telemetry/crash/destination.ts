import { ConfigurationError } from '../../configuration/problem.js';
import { missing } from './packages.js';
import type { CrashReport } from './presentable.js';

/** One of those who are told of errors. */
export interface Destination {
  /** For the log. */
  readonly name: string;
  /** @throws {Error} whose message says why it was not taken, without secrets */
  send(report: CrashReport): Promise<void>;
  close(): Promise<void>;
}

/**
 * Loads a package that comes with dockgate only if somebody wants it.
 *
 * @param load imports it
 * @throws {ConfigurationError} when it is not installed
 */
export async function loaded<Module>(
  name: string,
  setting: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const message = `${setting} ${missing(name)}`;
    throw new ConfigurationError([{ place: undefined, message }], { cause: error });
  }
}
