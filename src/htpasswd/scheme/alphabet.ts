import { randomBytes, timingSafeEqual } from 'node:crypto';

/** The 64 digits of crypt(3), by value. bcrypt has an order of its own. */
export const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Writes a number in base 64, least significant digit first, as crypt(3) does. */
export function encode(value: number, digits: number): string {
  let text = '';
  for (let rest = value, left = digits; left > 0; left -= 1, rest >>>= 6) text += DIGITS.charAt(rest & 63);
  return text;
}

/** Random digits; each holds six bits. */
export function randomDigits(length: number): string {
  let text = '';
  for (const byte of randomBytes(length)) text += DIGITS.charAt(byte & 63);
  return text;
}

/** Compares in a time that depends on the lengths alone. */
export function isSame(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
