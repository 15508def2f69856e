import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Scheme, UnusableHash } from './scheme.js';

const DIGEST_BYTES = 20;
const SALT_BYTES = 8;

function sha1(name: 'sha1' | 'ssha', prefix: string, isLength: (bytes: number) => boolean): Scheme {
  // A digest, and behind it the salt. Undefined when the text is not base64, or of no possible length.
  function decode(text: string): Buffer | undefined {
    const encoded = text.slice(prefix.length);
    const bytes = Buffer.from(encoded, 'base64');
    return bytes.toString('base64') === encoded && isLength(bytes.length) ? bytes : undefined;
  }
  return {
    name,
    cheap: true,
    recognises: (text) => text.startsWith(prefix),
    cost(text) {
      if (decode(text) === undefined) throw new UnusableHash(`is not a whole ${prefix} hash`);
      return 1;
    },
    verify(text, password) {
      const bytes = decode(text);
      if (bytes === undefined) return false;
      const salt = bytes.subarray(DIGEST_BYTES);
      const digest = createHash('sha1').update(password).update(salt).digest();
      return timingSafeEqual(digest, bytes.subarray(0, DIGEST_BYTES));
    },
    dummy: () =>
      prefix + randomBytes(name === 'ssha' ? DIGEST_BYTES + SALT_BYTES : DIGEST_BYTES).toString('base64'),
  };
}

/** `{SHA}`: one unsalted SHA-1, as Apache's `htpasswd -s` writes it. */
export const sha1Unsalted = sha1('sha1', '{SHA}', (bytes) => bytes === DIGEST_BYTES);
/** `{SSHA}`: SHA-1 over password and salt, from LDAP (RFC 2307 and its kin) and nginx. */
export const sha1Salted = sha1('ssha', '{SSHA}', (bytes) => bytes > DIGEST_BYTES);
