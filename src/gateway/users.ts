import { createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import { ConfigurationError, formatProblem } from '../configuration/problem.js';
import {
  HtpasswdFile,
  HtpasswdFileError,
  type PasswordHash,
  type VerificationPool,
  verifyPassword,
} from '../htpasswd/index.js';
import type { UserDirectory } from '../identity/authenticator.js';

/**
 * Opens the password file.
 *
 * @param onChange called after other users, or other passwords, hold.
 * @param secret that outlives the process: by it unknown names cost the same after a restart, so that nobody learns from a
 *   change who is not there. Undefined: they do not.
 * @throws {ConfigurationError} when the password file cannot be used
 */
export async function openUsers(
  path: string,
  logger: Logger,
  onChange: () => void,
  secret?: Uint8Array,
): Promise<HtpasswdFile> {
  try {
    return await HtpasswdFile.open(path, {
      ...(secret === undefined ? {} : { dummyKey: dummyKeyOf(secret) }),
      onChange: (generation) => {
        onChange();
        logger.info({ file: path, generation }, 'the users have changed');
      },
      onProblem: ({ file, line, message }) => {
        logger.warn({ problem: formatProblem({ place: { file, line }, message }) }, 'a user cannot log in');
      },
    });
  } catch (error) {
    if (!(error instanceof HtpasswdFileError)) throw error;
    const message = `htpasswd: ${error.reason}`;
    throw new ConfigurationError([{ place: { file: error.file }, message }], { cause: error });
  }
}

/** The users of a password file, as whoever checks passwords wants to see them. */
export function directoryOf(users: HtpasswdFile, pool: VerificationPool, logger: Logger): UserDirectory {
  return {
    find: (user) => users.get(user)?.hash,
    decoy: (user) => users.dummyFor(user),
    verify: (stored, password) =>
      verifyPassword(stored as PasswordHash, password, pool).catch((err: unknown) => {
        logger.error({ err }, 'a password could not be checked');
        throw err;
      }),
  };
}

/** The secret is there for several purposes: what is derived from it for one says nothing about another. */
function dummyKeyOf(secret: Uint8Array): Uint8Array {
  return createHmac('sha256', secret).update('dockgate: costs of unknown users').digest();
}
