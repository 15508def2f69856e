import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../configuration/problem.js';
import type { Secret } from '../configuration/values/secret.js';

/**
 * The text of a secret: as it was written, or what its file holds, without white space around it.
 *
 * @param setting what it is called in the configuration
 * @throws {ConfigurationError} when its file cannot be read or is empty
 */
export async function secretText(secret: Secret, setting: string): Promise<string> {
  if ('text' in secret) return secret.text;
  let text: string;
  try {
    text = await readFile(secret.file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw secretProblem(secret, `${setting} cannot be read from this file: ${code ?? 'unknown error'}.`);
  }
  const trimmed = text.trim();
  if (trimmed === '') throw secretProblem(secret, `${setting} is to be in this file, which is empty.`);
  return trimmed;
}

/** Says what is wrong with a secret, never what it is. @param message a whole sentence */
export function secretProblem(secret: Secret, message: string): ConfigurationError {
  return new ConfigurationError([{ place: 'file' in secret ? { file: secret.file } : undefined, message }]);
}
