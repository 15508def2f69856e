import { X509Certificate } from 'node:crypto';
import { algorithmsOf, type PublicKey } from './public-keys.js';

/** Certificates of an `x5c` that are read. */
const LONGEST_CHAIN = 5;
const LONGEST_CERTIFICATE = 8_192;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * The key that the header `x5c` of a token names (RFC 7515 §4.1.6), if its chain leads to one of the certificates that are
 * trusted: each certificate within its time, and each of the others an authority that has signed the one before it.
 *
 * @param now milliseconds since 1970
 */
export function keyOfChain(
  x5c: unknown,
  trusted: readonly X509Certificate[],
  now: number,
): PublicKey | undefined {
  const chain = readChain(x5c);
  const [leaf] = chain;
  const last = chain.at(-1);
  if (leaf === undefined || last === undefined || !chain.every((each) => isWithinTime(each, now)))
    return undefined;
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1];
    if (issuer !== undefined && !hasIssued(issuer, certificate)) return undefined;
  }
  const isTrusted = trusted.some(
    (root) => root.raw.equals(last.raw) || (isWithinTime(root, now) && hasIssued(root, last)),
  );
  const algorithms = algorithmsOf(leaf.publicKey);
  return isTrusted && algorithms.length > 0 ? { ids: [], key: leaf.publicKey, algorithms } : undefined;
}

function readChain(x5c: unknown): readonly X509Certificate[] {
  if (!Array.isArray(x5c) || x5c.length > LONGEST_CHAIN) return [];
  try {
    return x5c.map((text: unknown) => {
      if (typeof text !== 'string' || text.length > LONGEST_CERTIFICATE || !BASE64.test(text))
        throw new Error();
      return new X509Certificate(Buffer.from(text, 'base64'));
    });
  } catch {
    return [];
  }
}

function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isWithinTime({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}
