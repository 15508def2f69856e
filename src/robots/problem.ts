import { HtpasswdFileError } from '../htpasswd/index.js';

/** Something in or about a file of robots that a person should know. The message never holds a secret or its hash. */
export interface RobotProblem {
  readonly file: string;
  /** Counted from 1; undefined when it is about the file as a whole. */
  readonly line: number | undefined;
  readonly message: string;
}

/** Codes of {@link RobotError}. */
export type RobotErrorCode = 'ROBOTS_FILE' | 'ROBOT_EXISTS' | 'ROBOT_UNKNOWN' | 'ROBOT_INVALID';

/** Whatever this folder throws on purpose. The message is one sentence for a person. */
export class RobotError extends Error {
  readonly code: RobotErrorCode;

  constructor(code: RobotErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RobotError';
    this.code = code;
  }
}

/** The reason of an error from the means that this file shares with the password file, in words for this one. */
export function reasonOf(error: HtpasswdFileError): string {
  if (error.code === 'HTPASSWD_MISSING') {
    return 'there is no file of robots here; make one with: dockgate token create';
  }
  return error.reason.replaceAll('password file', 'file of robots');
}

/** Runs work on a file of robots. @throws {RobotError} `ROBOTS_FILE` when the file as a whole is the trouble */
export async function withFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HtpasswdFileError)) throw error;
    throw new RobotError('ROBOTS_FILE', `${path}: ${reasonOf(error)}`, { cause: error });
  }
}
