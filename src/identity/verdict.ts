import type { Grant } from '../exchange/grant.js';
import type { Limits } from '../exchange/rights.js';

/** Why a request does not get in. `unauthorized` covers all reasons that a guesser must not be able to tell apart. */
export type Refusal =
  /**
   * `token`: credentials of the Bearer scheme that do not hold (RFC 6750 §3.1 `invalid_token`).
   * `again`: a password that was wrong before. It costs no hash, so nothing but the answer can slow down whoever repeats it.
   */
  | { readonly kind: 'unauthorized'; readonly token?: true; readonly again?: true }
  | { readonly kind: 'throttled'; readonly retryAfter: number }
  | { readonly kind: 'overloaded' }
  /** A token that holds and does not open this (RFC 6750 §3.1 `insufficient_scope`): another one might. */
  | { readonly kind: 'insufficient' }
  /** Somebody known, to whom the rules do not give this: the same credentials again would be no use. */
  | { readonly kind: 'forbidden' };

/** How somebody has shown who they are. */
export type Way = 'password' | 'v1 token' | 'bearer' | 'robot' | 'certificate';

/** Somebody who has not shown who they are: no credentials, or empty ones (`Basic Og==`, which clients send without a password). */
export interface Stranger {
  readonly kind: 'stranger';
}

/** Somebody with a token in place of a password. */
export interface Granted {
  readonly kind: 'granted';
  readonly way: Way;
  /** Undefined: a stranger with a token that says so. Robots: `robot:NAME`. */
  readonly user: string | undefined;
  /** With a token of the v1 API all that it opens; whoever lets the request in sees to it. */
  readonly grant?: Grant;
  /** All that the credentials open; undefined: what the rules give to the user. */
  readonly limits?: Limits;
  /** What an upstream wants to see in its place: the value of its own `X-Docker-Token`. */
  readonly upstreamToken?: string;
}

/** The name of the user who asks with a password, what other credentials open, or why there is neither. */
export type Verdict = string | Granted | Stranger | Refusal;
