import type { ReplyHeaders } from './reply.js';

/** What a failure may carry beside its status, code and sentence. */
export interface FailureOptions extends ErrorOptions {
  /** Machine-readable particulars, shown to the client as `detail`. Never a secret. */
  readonly detail?: unknown;
  /** Further headers of the reply, such as `Retry-After` or `WWW-Authenticate`; names in lower case. */
  readonly headers?: ReplyHeaders;
  /** Close the connection after the reply: what follows on it cannot be trusted or is not worth reading. */
  readonly close?: boolean;
}

/**
 * A request that ends in an error, told to the client.
 *
 * Handlers throw it; `recovery.ts` is the one place that turns it into a {@link Reply} in the form that the
 * target's readers expect (OCI `errors`, v1 JSON, or a small page). Anything else that is thrown becomes a 500
 * without particulars.
 */
export class Failure extends Error {
  /** HTTP status, 400–599. */
  readonly status: number;
  /** Upper case with underscores, from the table of OCI Distribution §Error Codes where one fits. */
  readonly code: string;
  readonly detail: unknown;
  readonly headers: ReplyHeaders;
  readonly close: boolean;

  /** @param message One sentence for a person: what happened, and what to do if there is something to do. */
  constructor(status: number, code: string, message: string, options: FailureOptions = {}) {
    super(message, options);
    this.name = 'Failure';
    this.status = status;
    this.code = code;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
    this.close = options.close ?? false;
  }
}
