import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { ConfigurationError } from '../configuration/problem.js';
import { closeSharedPool, HtpasswdFileError, hashPassword, setUser } from '../htpasswd/index.js';

/** The user that the first start makes. The password exists in clear only here and in the message of that start. */
export interface FirstUser {
  readonly name: string;
  readonly password: string;
}

/**
 * Makes the password file, for its owner alone, with a user `admin` and a random password of 120 bits.
 *
 * @throws {ConfigurationError} when the file cannot be made
 */
export async function createFirstUser(htpasswd: string): Promise<FirstUser> {
  const user = { name: 'admin', password: randomBytes(15).toString('base64url') };
  const hash = await hashPassword(user.password);
  await closeSharedPool();
  try {
    await setUser(htpasswd, user.name, hash, 'absent');
  } catch (error) {
    if (!(error instanceof HtpasswdFileError)) throw error;
    const message = `htpasswd: ${error.reason}`;
    throw new ConfigurationError([{ place: { file: error.file }, message }], { cause: error });
  }
  return user;
}

/** Takes the file away again: a start that fails shows no password, and the next one must be able to. */
export async function discardFirstUser(htpasswd: string): Promise<void> {
  await rm(htpasswd, { force: true });
}

/**
 * Takes the file away also when a signal ends the start, before anybody could read the password.
 *
 * @returns to be called when the password is about to be shown
 */
export function discardAtSignal(htpasswd: string): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const keep = (): void => {
    for (const signal of signals) process.off(signal, end);
  };
  const end = (signal: NodeJS.Signals): void => {
    keep();
    rmSync(htpasswd, { force: true });
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, end);
  return keep;
}
