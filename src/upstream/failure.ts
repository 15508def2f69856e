import { Failure } from '../exchange/failure.js';

/** Codes of errors that a connection shows which the other side had closed while it was idle. */
const STALE = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const TIMED_OUT = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

/** The code by which node and undici tell their errors apart; `UNKNOWN` for those without one. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'UNKNOWN';
}

/** Whether the error may only mean that a kept connection had died: the same request can work on a fresh one. */
export function isStaleConnection(error: unknown): boolean {
  return STALE.has(codeOf(error));
}

/** For an upstream that does not take the gateway's tokens. Its challenge is none of the client's: it names another realm. */
export function distrusted(): Failure {
  return new Failure(
    502,
    'UNAVAILABLE',
    'the registry behind this gateway does not take its tokens; the log tells more',
  );
}

/** What the client is told when the upstream cannot answer. The log holds the particulars. */
export function upstreamFailure(error: unknown): Failure {
  if (TIMED_OUT.has(codeOf(error))) {
    return new Failure(504, 'UNAVAILABLE', 'the registry behind this gateway cannot be reached in time', {
      cause: error,
    });
  }
  return new Failure(502, 'UNAVAILABLE', 'the registry behind this gateway cannot be reached or broke off', {
    cause: error,
  });
}
