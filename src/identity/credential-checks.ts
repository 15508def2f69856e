import type { Granted, Refusal } from './verdict.js';

/** A stored password, opaque to this folder but for the text that identifies it. */
export interface StoredPassword {
  readonly text: string;
}

/** The users and the means to check their passwords, as a password file offers them. */
export interface UserDirectory {
  find(user: string): StoredPassword | undefined;
  /**
   * Answers for a user that is not there: nobody knows a password for it, and to check it costs what it costs for some
   * user that is there. For one name always the same.
   */
  decoy(user: string): StoredPassword;
  /** @throws when too many checks wait already */
  verify(stored: StoredPassword, password: string): Promise<boolean>;
}

/** Checks tokens of the v1 API, as `Authorization` has them. */
export interface TokenCheck {
  /** @returns undefined when it does not hold. */
  check(authorization: string): Granted | Refusal | undefined | Promise<Granted | Refusal>;
}

/** Checks the tokens of robots, which come as passwords. */
export interface RobotCheck {
  /** @returns undefined when there is no such robot, or not with that password. @param address for the time of last use */
  check(user: string, password: string, address?: string): Granted | undefined;
  /** Looks whether a robot has come just now; undefined when the password is none of a robot's. */
  refresh?(password: string): Promise<void> | undefined;
}
