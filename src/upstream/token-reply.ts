import type { Call } from '../http/call.js';

/** Puts an upstream's token into one of the gateway's: undefined when it is none that can be used. */
export type Sealing = (token: string) => string | undefined;

/** Makes the gateway's tokens of an upstream's. */
export interface TokenSeal {
  /** To be called when the user is let in: the tokens are bound to the password of that moment. */
  sealing(user: string): Sealing;
}

/** What becomes of the tokens that answer a call; undefined for whoever has none to be given. */
export function sealingFor({ delivery: { user, way } }: Call, seal: TokenSeal): Sealing | undefined {
  // Who brings a token is not given another: one that has been stolen would be renewed for ever. Nor does a certificate
  // live on in one after it was taken back.
  return user === undefined || way !== 'password' ? undefined : seal.sealing(user);
}

type Headers = Record<string, string | string[] | undefined>;

/**
 * Makes the token of a v1 upstream (`X-Docker-Token`, and the same in `WWW-Authenticate`) one that the gateway takes in
 * place of the password. A token that cannot be is kept from the client: it would send it, and be locked out.
 */
export function renewToken(headers: Headers, sealing: Sealing | undefined): void {
  const token = headers['x-docker-token'];
  const ours = typeof token === 'string' ? sealing?.(token) : undefined;
  headers['x-docker-token'] = ours;
  const twin = headers['www-authenticate'];
  if (twin === token || (typeof twin === 'string' && /^token\s+signature\s*=/i.test(twin)))
    headers['www-authenticate'] = ours;
}

/** `Authorization` with a token of the upstream's: a scheme and what the upstream has issued, which may begin with it. */
export function tokenAuthorization(token: string): string {
  return /^token /i.test(token) ? token : `Token ${token}`;
}
