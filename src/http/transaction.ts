import type { ServerResponse } from 'node:http';
import type { Operation } from '../access/operation.js';
import type { Way } from '../identity/authenticator.js';
import type { Connection } from './connection.js';
import type { Cors } from './cors.js';
import type { Incoming } from './incoming.js';
import type { Span } from './span.js';

/** How an exchange ended, as the access log tells it. */
export type Outcome = 'complete' | 'client gone' | 'upstream failed' | 'refused' | 'timed out' | 'failed';

/** Where the bytes of a reply come from while it is under way. */
export interface Source {
  /** The client has taken what was waiting; go on. */
  resume(): void;
  /** The exchange is over before its time: stop, and release everything. Called at most once. */
  abandon(): void;
}

/** One request and its reply, as the corridor and the logs know them. */
export class Transaction {
  readonly id: string;
  readonly request: Incoming;
  readonly response: ServerResponse;
  readonly connection: Connection;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  /** Set while a reply is streamed. */
  source: Source | undefined;
  /** Called once when the reply is over. */
  release: (() => void) | undefined;
  outcome: Outcome | undefined;
  status = 0;
  /** Bytes of the body handed to the client's connection. */
  sent = 0;
  /** Bytes of the body that the connection has taken. */
  flushed = 0;
  /** Milliseconds from passing the request on to the first byte of the answer; undefined without an upstream. */
  upstreamMilliseconds: number | undefined;
  /** Who asks; undefined before that is known, and for strangers. */
  user: string | undefined;
  /** How they have shown it; undefined without credentials. */
  way: Way | undefined;
  /** What the audit log is to tell of; undefined for requests that it leaves out. */
  operation: Operation | undefined;
  /** `Docker-Content-Digest` of the reply, when the request has an {@link operation}. */
  digest: string | undefined;
  /** The client's address, as far as it can be trusted. */
  address: string;
  /** The target's path; undefined while, or because, the target could not be parsed. */
  path: string | undefined;
  /** The reply is over, one way or the other; the request's body may still be arriving. */
  closed = false;
  /** The client has asked whether to send its body (RFC 9110 §10.1.1), and has no answer yet. */
  awaitsContinue = false;
  /** The request was looked at; with pipelining it may have to wait for its turn. */
  started = false;
  /** Lines that every reply has, for browsers; names and values in turn. */
  security: readonly string[] = [];
  /** What pages of other origins may do with the reply; undefined: they are not spoken of. */
  cors: Cors | undefined;
  /** Close the connection after this reply. */
  closeAfter = false;
  /** Undefined when nobody follows the request. */
  span: Span | undefined;
  /** The reply does not say that the OCI Distribution API is here. */
  hidesDistribution = false;

  /** @param id identifies the exchange in the logs @param startedAt of the monotonic clock */
  constructor(
    id: string,
    request: Incoming,
    response: ServerResponse,
    connection: Connection,
    startedAt: number,
  ) {
    this.id = id;
    this.request = request;
    this.response = response;
    this.connection = connection;
    this.address = connection.address;
    this.startedAt = startedAt;
    // A connection that breaks under a write says so on the response as well, where nobody needs to hear it.
    response.on('error', () => {});
  }
}

/** Pipelined requests may overlap only if none of them changes anything (RFC 9112 §9.3.2). */
export function isSafe({ request: { method } }: Transaction): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
