import type { Action } from '../exchange/action.js';

/** What a robot may be let do. */
export const ACTIONS: readonly Action[] = ['pull', 'push', 'delete', 'catalog', 'search', 'admin'];

/** Those that are done to a repository. */
const IN_REPOSITORIES: readonly Action[] = ['pull', 'push', 'delete'];

/** Whether a robot with these actions needs repositories to do them in. */
export function needsRepositories(actions: readonly Action[]): boolean {
  return actions.some((action) => IN_REPOSITORIES.includes(action));
}

/** A secret that holds beside the new one for a while. */
export interface PreviousSecret {
  /** SHA-256 in hexadecimal digits. */
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** One robot of the file, checked. */
export interface Robot {
  /** 16 hexadecimal digits; stays when the secret changes. */
  readonly id: string;
  readonly name: string;
  /** Of the secret, in hexadecimal digits. */
  readonly sha256: string;
  readonly previous: PreviousSecret | undefined;
  /** Patterns. */
  readonly repositories: readonly string[];
  readonly actions: readonly Action[];
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Milliseconds since 1970; undefined: never. */
  readonly expires: number | undefined;
  /** Of the file, counted from 1. */
  readonly line: number;
}

/** Whether a robot's time is up. There is no leeway: the clock that set the end is the one that is asked. */
export function hasExpired({ expires }: Robot, now: number): boolean {
  return expires !== undefined && now >= expires;
}
