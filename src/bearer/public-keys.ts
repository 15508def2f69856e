import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { keyIdOf } from './key-id.js';

/** A key that somebody else signs tokens with. */
export interface PublicKey {
  /** By any of these names a token may call it. */
  readonly ids: readonly string[];
  readonly key: KeyObject;
  /** Algorithms that fit the key (RFC 7518 §3.1, RFC 8037); never `none`, never one with a shared secret. */
  readonly algorithms: readonly string[];
}

/** Keys of an issuer, as its list or its certificates have them. */
export interface PublicKeySet {
  readonly keys: readonly PublicKey[];
  /** Certificates that vouch for the keys of an `x5c`; empty when the issuer has a list of keys. */
  readonly certificates: readonly X509Certificate[];
}

/** Keys of one set that are read. */
const MOST_KEYS = 100;
const SHORTEST_RSA = 2_048;
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const CURVES = new Map([
  ['prime256v1', ['ES256']],
  ['secp384r1', ['ES384']],
  ['secp521r1', ['ES512']],
]);
const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The algorithms that a public key verifies; empty for keys that nothing is to be verified with. */
export function algorithmsOf(key: KeyObject): readonly string[] {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return (key.asymmetricKeyDetails?.modulusLength ?? 0) < SHORTEST_RSA ? [] : RSA;
    case 'ec':
      return CURVES.get(key.asymmetricKeyDetails?.namedCurve ?? '') ?? [];
    case 'ed25519':
      return ['EdDSA', 'Ed25519'];
    default:
      return [];
  }
}

/** Reads a JWKS (RFC 7517 §5) or certificates in PEM. @throws Error when there is no key in it that can be used. */
export async function readPublicKeys(text: string): Promise<PublicKeySet> {
  const set = text.trimStart().startsWith('{') ? readJwks(text) : await readCertificates(text);
  if (set.keys.length === 0) throw new Error('it holds no key that tokens could be verified with');
  return set;
}

function readJwks(text: string): PublicKeySet {
  let keys: unknown;
  try {
    keys = (JSON.parse(text) as { keys?: unknown }).keys;
  } catch {
    // No cause: the parser's sentence shows the text around the fault, and somebody else wrote that.
    throw new Error('it is no JSON');
  }
  const list: readonly unknown[] = Array.isArray(keys) ? keys.slice(0, MOST_KEYS) : [];
  return { keys: list.flatMap((jwk) => readJwk(jwk) ?? []), certificates: [] };
}

/** Undefined for a key of another kind, or for another use: RFC 7517 §5 has readers pass over those. */
function readJwk(jwk: unknown): PublicKey | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined;
  const { kid, use, alg, key_ops: uses, kty } = jwk as Record<string, unknown>;
  if (kty === 'oct' || (use !== undefined && use !== 'sig')) return undefined;
  if (Array.isArray(uses) && !uses.includes('verify')) return undefined;
  try {
    const key = createPublicKey({ key: jwk as { kty: string }, format: 'jwk' });
    const algorithms = algorithmsOf(key).filter((name) => alg === undefined || name === alg);
    const ids = typeof kid === 'string' ? [kid, keyIdOf(key)] : [keyIdOf(key)];
    return algorithms.length === 0 ? undefined : { ids, key, algorithms };
  } catch {
    return undefined;
  }
}

async function readCertificates(text: string): Promise<PublicKeySet> {
  const certificates = (text.match(PEM) ?? []).slice(0, MOST_KEYS).map((pem) => new X509Certificate(pem));
  const keys: PublicKey[] = [];
  for (const { publicKey: key } of certificates) {
    const algorithms = algorithmsOf(key);
    if (algorithms.length === 0) continue;
    // libtrust's name, and the one of RFC 7638 that distribution 3 computes.
    const thumbprint = await calculateJwkThumbprint(await exportJWK(key));
    keys.push({ ids: [keyIdOf(key), thumbprint], key, algorithms });
  }
  return { keys, certificates };
}
