import { createHmac, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { TokenAlgorithm } from '../configuration/access.js';
import { keyIdOf } from './key-id.js';

const generate = promisify(generateKeyPair);

/** Makes a self-signed certificate in PEM for a key. @param from milliseconds since 1970 */
export type Certify = (
  pair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  from: number,
) => string;

/** A key that signs tokens, or has signed or will sign some. */
export interface TokenKey {
  readonly id: string;
  readonly algorithm: TokenAlgorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Milliseconds since 1970 when it was made and published. */
  readonly created: number;
  /** Milliseconds since 1970 from which on it signs; until then others learn it. */
  readonly signsFrom: number;
  /** In PEM, with the public key; empty when none could be made. */
  readonly certificate: string;
  /** Derived from the private key: what tokens are bound to is hidden under it. */
  readonly bindingSecret: Buffer;
}

/** Makes a key. */
export async function makeTokenKey(
  algorithm: TokenAlgorithm,
  created: number,
  signsFrom: number,
  certify: Certify | undefined,
): Promise<TokenKey> {
  const pair =
    algorithm === 'ES256' ? await generate('ec', { namedCurve: 'P-256' }) : await generate('ed25519');
  return tokenKeyOf(pair.privateKey, algorithm, created, signsFrom, certify?.(pair, created) ?? '');
}

function tokenKeyOf(
  privateKey: KeyObject,
  algorithm: TokenAlgorithm,
  created: number,
  signsFrom: number,
  certificate: string,
): TokenKey {
  const publicKey = createPublicKey(privateKey);
  const bindingSecret = createHmac('sha256', String(privateKey.export({ format: 'jwk' }).d))
    .update('dockgate bearer token: binding')
    .digest();
  const id = keyIdOf(publicKey);
  return { id, algorithm, privateKey, publicKey, created, signsFrom, certificate, bindingSecret };
}

/** The public half as a JWK (RFC 7517 §4). */
export function publicJwkOf({ publicKey, id, algorithm }: TokenKey): Record<string, unknown> {
  return { ...publicKey.export({ format: 'jwk' }), kid: id, alg: algorithm, use: 'sig' };
}

/** The content of a file with keys, private parts included. */
export function formatTokenKeys(keys: readonly TokenKey[]): string {
  const list = keys.map((key) => ({
    ...key.privateKey.export({ format: 'jwk' }),
    kid: key.id,
    alg: key.algorithm,
    use: 'sig',
    created: key.created,
    signsFrom: key.signsFrom,
    certificate: key.certificate,
  }));
  return `${JSON.stringify({ keys: list }, undefined, 2)}\n`;
}

/** Reads what {@link formatTokenKeys} has written. @throws Error when it is something else; never with a part of a key. */
export function readTokenKeys(text: string): TokenKey[] {
  let keys: unknown;
  try {
    keys = (JSON.parse(text) as { keys?: unknown } | null)?.keys;
    if (!Array.isArray(keys) || keys.length === 0) throw new Error('empty');
    return keys.map(readOne);
  } catch {
    // No cause: the parser's sentence shows the text around the fault.
    throw new Error('it holds no keys; remove it, and a new one is made');
  }
}

function readOne(stored: Record<string, unknown>): TokenKey {
  const { created, signsFrom, certificate, alg } = stored;
  const privateKey = createPrivateKey({ key: stored as { kty: string }, format: 'jwk' });
  const kind = privateKey.asymmetricKeyType;
  const isCurve = kind === 'ec' && privateKey.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (alg !== (isCurve ? 'ES256' : kind === 'ed25519' ? 'EdDSA' : undefined)) throw new Error('algorithm');
  if (!isMoment(created) || !isMoment(signsFrom)) throw new Error('times');
  const key = tokenKeyOf(
    privateKey,
    alg as TokenAlgorithm,
    created,
    signsFrom,
    typeof certificate === 'string' ? certificate : '',
  );
  if (key.id !== stored['kid']) throw new Error('kid');
  return key;
}

function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
