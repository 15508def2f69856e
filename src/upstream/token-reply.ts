import type { Call } from '../http/call.js';

/** Puts an upstream's token into one of the gateway's. */
export interface TokenSeal {
  /** @returns the value of the gateway's `X-Docker-Token`; undefined when the upstream's is none that can be used. */
  seal(user: string, token: string): string | undefined;
}

type Headers = Record<string, string | string[] | undefined>;

/**
 * Makes the token of a v1 upstream (`X-Docker-Token`, and the same in `WWW-Authenticate`) one that the gateway takes in
 * place of the password. A token that cannot be is kept from the client: it would send it, and be locked out.
 */
export function renewToken(headers: Headers, { delivery: { user }, grant }: Call, seal: TokenSeal): void {
  const token = headers['x-docker-token'];
  // Who brings a token is not given another: one that has been stolen would be renewed for ever.
  const isNamed = user !== undefined && grant === undefined;
  const ours = isNamed && typeof token === 'string' ? seal.seal(user, token) : undefined;
  headers['x-docker-token'] = ours;
  const twin = headers['www-authenticate'];
  if (twin === token || (typeof twin === 'string' && /^token signature=/i.test(twin)))
    headers['www-authenticate'] = ours;
}

/** `Authorization` with a token of the upstream's: a scheme and what the upstream has issued, which may begin with it. */
export function tokenAuthorization(token: string): string {
  return /^token /i.test(token) ? token : `Token ${token}`;
}
