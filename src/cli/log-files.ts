import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Configuration } from '../configuration/configuration.js';
import { ConfigurationError, type Problem } from '../configuration/problem.js';
import { isStandardStream, LogFileError } from '../telemetry/log-output.js';

/** Looks whether the log files could be written, without making them. @throws {ConfigurationError} with all that could not */
export async function checkLogFiles({ log }: Configuration): Promise<void> {
  const places: readonly (readonly [setting: string, file: string | undefined])[] = [
    ['log.file', log.file],
    ['log.access.file', log.access.file],
  ];
  const problems: Problem[] = [];
  for (const [setting, file] of places) {
    if (file === undefined || isStandardStream(file)) continue;
    try {
      await checkFile(file);
    } catch (error) {
      problems.push(new LogFileError(setting, file, error).problem);
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
}

async function checkFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory() === true) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
  if (found !== undefined) {
    await access(file, constants.W_OK);
    return;
  }
  const directory = path.dirname(file);
  if (!(await stat(directory)).isDirectory())
    throw Object.assign(new Error('no directory'), { code: 'ENOTDIR' });
  await access(directory, constants.W_OK | constants.X_OK);
}
