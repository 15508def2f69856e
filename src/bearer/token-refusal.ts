import type { Reply, ReplyHeaders } from '../exchange/reply.js';

/** Codes of RFC 6749 §5.2 to those that clients of registries know. */
const CODES: Readonly<Record<string, string>> = {
  invalid_grant: 'UNAUTHORIZED',
  temporarily_unavailable: 'UNAVAILABLE',
  slow_down: 'TOOMANYREQUESTS',
};

/** A request for a token that ends in an error. */
export class TokenRefusal extends Error {
  readonly status: number;
  readonly error: string;
  readonly headers: ReplyHeaders;

  /** @param error of RFC 6749 §5.2. @param message a sentence for a person */
  constructor(status: number, error: string, message: string, headers: ReplyHeaders = {}) {
    super(message);
    this.status = status;
    this.error = error;
    this.headers = headers;
  }

  /** Both forms at once: OAuth 2 clients read `error`, clients of registries `errors`. */
  toReply(): Reply {
    const { status, error, message, headers } = this;
    const errors = [{ code: CODES[error] ?? 'UNSUPPORTED', message }];
    return tokenReply(status, { error, error_description: message, errors }, headers);
  }
}

/** RFC 6749 §5.1: nobody keeps what is said about tokens. */
export function tokenReply(status: number, content: object, headers: ReplyHeaders = {}): Reply {
  const body = JSON.stringify(content);
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      pragma: 'no-cache',
      ...headers,
    },
    body,
  };
}
