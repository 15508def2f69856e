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
 * @throws {ConfigurationError} when it cannot be used
 */
export async function openUsers(path: string, logger: Logger, onChange: () => void): Promise<HtpasswdFile> {
  try {
    return await HtpasswdFile.open(path, {
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
    decoy: () => users.dummy,
    verify: (stored, password) =>
      verifyPassword(stored as PasswordHash, password, pool).catch((err: unknown) => {
        logger.error({ err }, 'a password could not be checked');
        throw err;
      }),
  };
}
