/** Something in or about a password file that a person should know. The message never holds a hash. */
export interface HtpasswdProblem {
  readonly file: string;
  /** Counted from 1; undefined when it is about the file as a whole. */
  readonly line: number | undefined;
  readonly message: string;
}

/** Codes of {@link HtpasswdError}. */
export type HtpasswdErrorCode =
  | 'HTPASSWD_MISSING'
  | 'HTPASSWD_UNREADABLE'
  | 'HTPASSWD_UNWRITABLE'
  | 'HTPASSWD_TOO_LARGE'
  | 'HTPASSWD_NOT_TEXT'
  | 'HTPASSWD_LOCKED'
  | 'HTPASSWD_NAME'
  | 'HTPASSWD_PASSWORD'
  | 'HTPASSWD_COST'
  | 'HTPASSWD_HASH'
  | 'HTPASSWD_USER_EXISTS'
  | 'HTPASSWD_USER_UNKNOWN'
  | 'VERIFICATION_OVERLOADED'
  | 'VERIFICATION_FAILED'
  | 'VERIFICATION_CLOSED';

/** Whatever this library throws on purpose. The message is one sentence for a person. */
export class HtpasswdError extends Error {
  readonly code: HtpasswdErrorCode;

  constructor(code: HtpasswdErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HtpasswdError';
    this.code = code;
  }
}

/** A password file that cannot be read or written as a whole. */
export class HtpasswdFileError extends HtpasswdError {
  readonly file: string;
  /** The message without the file's name. */
  readonly reason: string;

  constructor(code: HtpasswdErrorCode, file: string, reason: string, options?: ErrorOptions) {
    super(code, `${file}: ${reason}`, options);
    this.name = 'HtpasswdFileError';
    this.file = file;
    this.reason = reason;
  }
}
