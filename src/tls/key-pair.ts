import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyType } from '../configuration/configuration.js';

const generate = promisify(generateKeyPair);

/** A private key and its public half. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Sizes of RSA keys that dockgate makes. */
export type RsaBits = 2048 | 3072;

/** Makes a key: ECDSA on P-256, or RSA of so many bits for clients that know nothing newer. */
export async function makeKeyPair(type: KeyType, rsaBits: RsaBits = 2048): Promise<KeyPair> {
  return type === 'ecdsa'
    ? await generate('ec', { namedCurve: 'P-256' })
    : await generate('rsa', { modulusLength: rsaBits });
}

/** PKCS #8 in PEM, without a password: the file's mode protects it. */
export function privateKeyPem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** Which of the kinds that dockgate makes a key is; undefined for others, such as Ed25519. */
export function keyTypeOf(key: KeyObject): KeyType | undefined {
  if (key.asymmetricKeyType === 'ec') return 'ecdsa';
  return key.asymmetricKeyType === 'rsa' ? 'rsa' : undefined;
}

/** For people: `ECDSA P-256`, `RSA 2048 bit`. */
export function describeKey(key: KeyObject): string {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'rsa') return `RSA ${details?.modulusLength ?? '?'} bit`;
  if (key.asymmetricKeyType !== 'ec') return key.asymmetricKeyType ?? 'unknown';
  const curve = details?.namedCurve ?? '?';
  const standard = new Map([
    ['prime256v1', 'P-256'],
    ['secp384r1', 'P-384'],
    ['secp521r1', 'P-521'],
  ]);
  return `ECDSA ${standard.get(curve) ?? curve}`;
}

/** Why clients would refuse a key of this kind; undefined when it is fine. */
export function weaknessOf(key: KeyObject): string | undefined {
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return (details?.modulusLength ?? 0) < 2048
        ? `${describeKey(key)} is too short, 2048 is the least`
        : undefined;
    case 'ec': {
      const known = ['prime256v1', 'secp384r1', 'secp521r1'].includes(details?.namedCurve ?? '');
      return known ? undefined : `${describeKey(key)} is a curve that TLS clients do not take`;
    }
    case 'ed25519':
      return undefined;
    default:
      return `${describeKey(key)} is no kind of key that TLS clients take`;
  }
}
