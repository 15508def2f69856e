import type { Logger } from 'pino';
import { Failure } from '../exchange/failure.js';
import {
  type Expectation,
  HtpasswdError,
  type HtpasswdFile,
  hashPassword,
  setUser,
  type VerificationPool,
} from '../htpasswd/index.js';
import type { AccountOutcome, Accounts } from '../registry/v1/services.js';

/** What Docker Hub let people call themselves. It is safe in every file, header and path. */
const NAME = /^[a-z0-9_]{4,30}$/;
const SHORTEST_PASSWORD = 5;
/** Accounts that are being made or changed at once. */
const AT_ONCE = 8;
/** Users beyond which strangers are not taken in: the file is read as a whole. */
const MOST_USERS = 100_000;

export interface HtpasswdAccountsOptions {
  readonly users: HtpasswdFile;
  readonly pool: VerificationPool;
  /** Whether strangers may make themselves an account. */
  readonly isOpen: boolean;
  /** Whether rules already speak of somebody of this name: a stranger must not become them. */
  readonly isNamed: (user: string) => boolean;
  readonly logger: Logger;
}

/** The accounts of the users of a password file. What has changed holds when a method has returned. */
export class HtpasswdAccounts implements Accounts {
  readonly isOpen: boolean;
  readonly #options: HtpasswdAccountsOptions;
  #running = 0;

  constructor(options: HtpasswdAccountsOptions) {
    this.isOpen = options.isOpen;
    this.#options = options;
  }

  async register(user: string, password: string): Promise<AccountOutcome> {
    const { users } = this.#options;
    if (!this.isOpen) return 'closed';
    if (!NAME.test(user)) {
      throw new Failure(400, 'UNSUPPORTED', 'a user name has 4 to 30 characters of a-z, 0-9 and _');
    }
    checkPassword(password);
    if (users.get(user) !== undefined || this.#options.isNamed(user)) return 'exists';
    if (users.entries.size >= MOST_USERS) return 'closed';
    return this.#set(user, password, 'absent');
  }

  async changePassword(user: string, password: string): Promise<AccountOutcome> {
    checkPassword(password);
    return this.#set(user, password, 'present');
  }

  async #set(user: string, password: string, expected: Expectation): Promise<AccountOutcome> {
    if (this.#running >= AT_ONCE) return 'busy';
    this.#running += 1;
    const { users, pool, logger } = this.#options;
    try {
      await setUser(users.path, user, await hashPassword(password, {}, pool), expected);
      await users.refresh();
      logger.info({ user }, expected === 'absent' ? 'a user has registered' : 'a user has another password');
      return 'done';
    } catch (error) {
      if (!(error instanceof HtpasswdError)) throw error;
      return outcomeOf(error, logger);
    } finally {
      this.#running -= 1;
    }
  }
}

function checkPassword(password: string): void {
  if (password.length >= SHORTEST_PASSWORD) return;
  throw new Failure(400, 'UNSUPPORTED', `a password has ${SHORTEST_PASSWORD} characters at least`);
}

function outcomeOf(error: HtpasswdError, logger: Logger): AccountOutcome {
  switch (error.code) {
    case 'HTPASSWD_USER_EXISTS':
      return 'exists';
    case 'HTPASSWD_USER_UNKNOWN':
      return 'unknown';
    case 'HTPASSWD_LOCKED':
    case 'VERIFICATION_OVERLOADED':
      return 'busy';
    case 'HTPASSWD_PASSWORD':
      throw new Failure(400, 'UNSUPPORTED', error.message);
    case 'HTPASSWD_UNWRITABLE':
      logger.warn({ problem: error.message }, 'an account could not be changed');
      return 'closed';
    default:
      throw error;
  }
}
