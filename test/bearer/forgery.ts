import { createHmac, type KeyObject } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';

/** A part of a token. */
export function part(content: object | string): string {
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64url');
}

/** The header of a token. */
export function headerOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

/** The claims of a token. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

/** Signs what it is told to. */
export function forge(
  key: KeyObject,
  header: Record<string, unknown> & { alg: string },
  claims: JWTPayload | Record<string, unknown>,
): Promise<string> {
  return new SignJWT(claims as JWTPayload).setProtectedHeader(header).sign(key);
}

/** Signs with a shared secret, as the forgers do who take a public key for one. */
export function forgeWithSecret(secret: string | Buffer, header: object, claims: object): string {
  const content = `${part(header)}.${part(claims)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

/** The same token, with one bit of its signature changed. */
export function spoilt(token: string): string {
  const [header, claims, signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  return `${header}.${claims}.${bytes.toString('base64url')}`;
}
