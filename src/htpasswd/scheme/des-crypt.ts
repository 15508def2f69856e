import { DIGITS, isSame, randomDigits } from './alphabet.js';
import { encryptZeros } from './des.js';
import { type Scheme, UnusableHash } from './scheme.js';

/** Encryptions of one hash; the algorithm knows no other number. */
const DES_TIMES = 25;
const KEY_BYTES = 8;
const WHOLE = /^[./0-9A-Za-z]{13}$/;

function digest(password: Uint8Array, salt: string): string {
  // Seven bits of eight characters are all that ever counts.
  const key = Uint8Array.from({ length: KEY_BYTES }, (_, index) => (password[index] ?? 0) << 1);
  const bits = encryptZeros(key, DIGITS.indexOf(salt.charAt(0)) | (DIGITS.indexOf(salt.charAt(1)) << 6));
  let text = '';
  for (let start = 0; start < bits.length; start += 6) {
    let value = 0;
    for (let index = start; index < start + 6; index += 1) value = (value << 1) | (bits[index] ?? 0);
    text += DIGITS.charAt(value);
  }
  return text;
}

/** The traditional crypt(3): 13 digits, of which two are salt. Only the first eight characters of a password count. */
export const desCrypt: Scheme = {
  name: 'des',
  cheap: false,
  recognises: (text) => WHOLE.test(text),
  cost(text) {
    // 64 bits fill ten digits and four bits of the eleventh.
    if (DIGITS.indexOf(text.charAt(12)) % 4 !== 0) throw new UnusableHash('is not a whole DES hash');
    return DES_TIMES;
  },
  verify: (text, password) => isSame(text.slice(0, 2) + digest(password, text), text),
  dummy: () => `${randomDigits(12)}.`,
};
