/** What can go wrong at a registry that is somewhere else. */
export type RemoteFailureCode =
  | 'UNREACHABLE'
  | 'UNTRUSTED'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'NOT_FOUND'
  | 'UNSUPPORTED'
  | 'BUSY'
  | 'DAMAGED'
  | 'UNEXPECTED';

/** A registry did not do what it was asked. The message is a sentence and may hold text that the registry sent. */
export class RemoteFailure extends Error {
  readonly code: RemoteFailureCode;

  constructor(code: RemoteFailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RemoteFailure';
    this.code = code;
  }
}

const UNTRUSTED =
  /^(?:SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)|CERT_|ERR_TLS_CERT_ALTNAME)/;

/** Longest part of an error's own text that goes into a sentence. */
const LONGEST = 200;

/** Puts an error of a connection into a sentence; errors that are none of a connection stay what they are. */
export function connectionFailure(origin: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RemoteFailure || error.name === 'AbortError')
    return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === '') return error;
  const cause = { cause: error };
  if (UNTRUSTED.test(code)) {
    const sentence = `${origin}: its certificate cannot be trusted (${code}); name the authority that has signed it with --ca FILE`;
    return new RemoteFailure('UNTRUSTED', sentence, cause);
  }
  const reason = error.message === '' ? code : `${code}: ${error.message.slice(0, LONGEST)}`;
  return new RemoteFailure('UNREACHABLE', `${origin}: the registry cannot be reached (${reason})`, cause);
}
