import { fieldOf, isJsonObject, parseJson } from '../registry/model/json.js';

/** What a token service has given. */
export interface Token {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly validUntil: number;
}

/** What may stand in a header line, and is not longer than a server reads. */
const PATTERN = /^[\x21-\x7e]{1,12000}$/;

/** Seconds that distribution's specification gives a token that does not say how long it is valid. */
const USUAL = 60;

/** Seconds before its end when a token is not used any more, since clocks and ways differ. */
const MARGIN = 5;

/** Reads the answer of a token service: `token` or, as OAuth 2 calls it, `access_token`. */
export function readToken(body: Uint8Array, now: number): Token | undefined {
  const value = parseJson(body);
  if (!isJsonObject(value)) return undefined;
  const text = fieldOf(value, 'token') ?? fieldOf(value, 'access_token');
  if (typeof text !== 'string' || !PATTERN.test(text)) return undefined;
  const stated = fieldOf(value, 'expires_in');
  const seconds = typeof stated === 'number' && stated > 0 ? stated : USUAL;
  return { text, validUntil: now + Math.max(1, seconds - MARGIN) * 1000 };
}
