import type { Readable } from 'node:stream';
import type { Target } from '../routing/target.js';
import type { Grant } from './grant.js';
import type { Reply } from './reply.js';
import type { Rights } from './rights.js';

/** Request headers by lower-case name; the values of a repeated header are joined with `, ` (RFC 9110 §5.3). */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

/** One request, as the handlers see it: checked, authenticated, with its target parsed. */
export interface Exchange {
  /** Identifies the request in the logs; unique within the process's life. */
  readonly id: string;
  /** Upper case, as sent. */
  readonly method: string;
  readonly target: Target;
  readonly headers: RequestHeaders;
  /**
   * The request's body with its transfer coding removed; ends at once when there is none. A client that waits for
   * `100 Continue` has been told to go on by the time a handler sees the exchange. Errors when the client goes.
   */
  readonly body: Readable;
  /** Who asks, once the password has been checked; undefined on the paths that need none. */
  readonly user: string | undefined;
  /**
   * False: the user has shown something else than a password, such as a token for one repository or a certificate. It opens
   * less, or can be taken back, and must not be exchanged for what opens more or holds longer.
   */
  readonly byPassword?: boolean | undefined;
  /** IP address of the client, as far as it can be trusted. */
  readonly address: string;
  /** What whoever asks may do; undefined: everything. What the path itself names has been decided already. */
  readonly rights?: Rights | undefined;
  /** With a token of the v1 API in place of a password: the only thing that the request may do. */
  readonly grant?: Grant | undefined;
  /** Scheme and authority by which the client reached us, such as `https://registry.example:8443`, for `Location`. */
  readonly origin: string;
}

/** Answers an exchange, or throws a {@link Failure}. */
export type Handler = (exchange: Exchange) => Promise<Reply>;
