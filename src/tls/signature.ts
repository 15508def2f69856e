import { type KeyObject, sign, verify } from 'node:crypto';
import { type Element, nothing, objectIdentifier, sequence } from './der.js';
import { objectIdentifiers } from './object-identifiers.js';

/** Hash that goes with a signature algorithm; null where the algorithm has its own (Ed25519). */
const hashes = new Map<string, string | null>([
  [objectIdentifiers.sha256WithRsa, 'sha256'],
  [objectIdentifiers.sha384WithRsa, 'sha384'],
  [objectIdentifiers.sha512WithRsa, 'sha512'],
  [objectIdentifiers.ecdsaWithSha256, 'sha256'],
  [objectIdentifiers.ecdsaWithSha384, 'sha384'],
  [objectIdentifiers.ecdsaWithSha512, 'sha512'],
  [objectIdentifiers.ed25519, null],
]);

/** The AlgorithmIdentifier that goes with {@link signBytes} by this key. SHA-1 is not among them. */
export function signatureAlgorithm(key: KeyObject): Element {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      // RFC 4055 §5: RSA identifiers carry NULL, RFC 5758 §3.2: ECDSA identifiers carry nothing.
      return sequence(objectIdentifier(objectIdentifiers.sha256WithRsa), nothing());
    case 'ec':
      return sequence(objectIdentifier(objectIdentifiers.ecdsaWithSha256));
    case 'ed25519':
      return sequence(objectIdentifier(objectIdentifiers.ed25519));
    default:
      throw new Error(`Keys of the kind ${key.asymmetricKeyType ?? 'unknown'} cannot sign certificates.`);
  }
}

/** Signs with SHA-256 (Ed25519: as RFC 8032 says). ECDSA signatures come in DER. */
export function signBytes(bytes: Uint8Array, key: KeyObject): Buffer {
  return sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', bytes, key);
}

/** Whether `signature` is by the key's owner; undefined when the algorithm is unknown, old or not the key's own. */
export function verifyBytes(
  algorithm: string,
  bytes: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
): boolean | undefined {
  const hash = hashes.get(algorithm);
  if (hash === undefined) return undefined;
  if ((hash === null) !== (key.asymmetricKeyType === 'ed25519')) return undefined;
  return verify(hash, bytes, key, signature);
}
