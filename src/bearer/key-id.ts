import { createHash, type KeyObject } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BYTES = 30;

/**
 * The name of a public key as libtrust makes it: the first 240 bits of SHA-256 over the DER form of its
 * SubjectPublicKeyInfo, in base32 (RFC 4648 §6), twelve groups of four with colons between. By it distribution 2.x finds
 * the keys of its `rootcertbundle`.
 */
export function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  const digest = createHash('sha256').update(der).digest().subarray(0, BYTES);
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of digest) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return (text.match(/.{4}/g) ?? []).join(':');
}
