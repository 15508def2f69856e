import type { Handler } from '../exchange/exchange.js';
import { Failure } from '../exchange/failure.js';
import type { TokenKeys } from './token-keys.js';

/** Answers `/.well-known/jwks.json` (RFC 7517 §5): the public keys, for whoever verifies our tokens. */
export function keyListHandler(keys: TokenKeys): Handler {
  return async ({ method }) => {
    if (method !== 'GET' && method !== 'HEAD')
      throw new Failure(405, 'UNSUPPORTED', 'the list of keys can only be read', {
        headers: { allow: 'GET, HEAD' },
      });
    const { jwks, maxAge } = keys.publicKeys();
    const body = JSON.stringify(jwks);
    return {
      status: 200,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'cache-control': `public, max-age=${maxAge}`,
      },
      body,
    };
  };
}
