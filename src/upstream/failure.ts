import { Failure } from '../exchange/failure.js';

/** How a server failed: no connection, nothing in time, no TLS, a connection that broke, or anything else. */
export type FailureKind = 'connect' | 'timeout' | 'tls' | 'reset' | 'other';

/** Codes of errors that a connection shows which the other side had closed while it was idle. */
const STALE = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const TIMED_OUT = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);
/** A connection could not be made, whatever would have been spoken on it. */
const UNREACHABLE = new Set([
  'EACCES',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
]);
/** Something that this machine has run out of: no server's doing. */
const OURS = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

const connectFailures = new WeakMap<object, FailureKind>();

/** Remembers that an error ended a connection before anything was sent on it. */
export function noteConnectFailure(error: Error, isSecure: boolean): void {
  const code = codeOf(error);
  let kind: FailureKind = isSecure ? 'tls' : 'connect';
  if (TIMED_OUT.has(code)) kind = 'timeout';
  else if (UNREACHABLE.has(code)) kind = 'connect';
  else if (OURS.has(code)) kind = 'other';
  connectFailures.set(error, kind);
}

/** How no connection came about; undefined for errors of requests that were on one. */
export function connectFailure(error: unknown): FailureKind | undefined {
  return typeof error === 'object' && error !== null ? connectFailures.get(error) : undefined;
}

/** How a server failed with a request that it had been sent; undefined when it was not its doing. */
export function replyFailure(error: unknown): FailureKind | undefined {
  const code = codeOf(error);
  if (STALE.has(code)) return 'reset';
  if (TIMED_OUT.has(code)) return 'timeout';
  // Not all errors of the parser have a code.
  return (error as Error | undefined)?.name === 'HTTPParserError' ? 'other' : undefined;
}

/** Whether an error tells of the server, not of this machine. */
export function isServersFault(error: unknown): boolean {
  return !OURS.has(codeOf(error));
}

/** The code by which node and undici tell their errors apart; `UNKNOWN` for those without one. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'UNKNOWN';
}

/** What the error says, for the log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : codeOf(error);
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
