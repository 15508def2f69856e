import { hash } from 'node:crypto';
import { encode, isSame, randomDigits } from './alphabet.js';
import { type Cost, type Scheme, UnusableHash } from './scheme.js';

/** The algorithm knows no other. */
export const MD5_ROUNDS: Cost = 1000;
const DIGEST_BYTES = 16;
const SALT_DIGITS = 8;

/** Which bytes of the digest make one group of four digits, the most significant first. */
const GROUPS = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

function md5(...parts: readonly Uint8Array[]): Buffer {
  return hash('md5', Buffer.concat(parts), 'buffer');
}

function seed(password: Uint8Array, prefix: Uint8Array, salt: Uint8Array): Buffer {
  const inner = md5(password, salt, password);
  const parts: Uint8Array[] = [password, prefix, salt];
  for (let left = password.length; left > 0; left -= DIGEST_BYTES) parts.push(inner.subarray(0, left));
  const zero = new Uint8Array(1);
  const first = password.subarray(0, 1);
  for (let bits = password.length; bits > 0; bits >>>= 1) parts.push(bits % 2 === 1 ? zero : first);
  return md5(...parts);
}

function digest(password: Uint8Array, prefix: string, saltText: string): string {
  const salt = Buffer.from(saltText, 'latin1');
  let state = seed(password, Buffer.from(prefix, 'latin1'), salt);
  for (let round = 0; round < MD5_ROUNDS; round += 1) {
    const odd = round % 2 === 1;
    const parts: Uint8Array[] = [odd ? password : state];
    if (round % 3 !== 0) parts.push(salt);
    if (round % 7 !== 0) parts.push(password);
    parts.push(odd ? state : password);
    state = md5(...parts);
  }
  const byte = (index: number): number => state[index] ?? 0;
  let text = '';
  for (const [high, middle, low] of GROUPS) {
    text += encode((byte(high) << 16) | (byte(middle) << 8) | byte(low), 4);
  }
  return text + encode(byte(11), 2);
}

function md5Crypt(name: 'apr1' | 'md5', prefix: string): Scheme {
  // The last digit holds the two bits that 21 others leave over.
  const whole = /^([!-#%-9;-~]{0,8})\$[./0-9A-Za-z]{21}[./01]$/;
  const salt = (text: string): string | undefined => whole.exec(text.slice(prefix.length))?.[1];
  return {
    name,
    cheap: false,
    recognises: (text) => text.startsWith(prefix),
    cost(text) {
      if (salt(text) === undefined) throw new UnusableHash(`is not a whole ${prefix} hash`);
      return MD5_ROUNDS;
    },
    verify(text, password) {
      const found = salt(text);
      return found !== undefined && isSame(`${prefix}${found}$${digest(password, prefix, found)}`, text);
    },
    dummy: () => `${prefix}${randomDigits(SALT_DIGITS)}$${randomDigits(21)}.`,
  };
}

/** `$apr1$`, which Apache's htpasswd writes by default. */
export const apr1 = md5Crypt('apr1', '$apr1$');
/** `$1$`, the same arithmetic under the prefix of the BSDs. */
export const md5Unix = md5Crypt('md5', '$1$');

export function hashApr1(password: Uint8Array): string {
  const salt = randomDigits(SALT_DIGITS);
  return `$apr1$${salt}$${digest(password, '$apr1$', salt)}`;
}
