import { hash } from 'node:crypto';
import { encode } from './alphabet.js';

/** What differs between SHA-crypt's two forms. */
export interface ShaVariant {
  readonly algorithm: 'sha256' | 'sha512';
  /** Bytes of the digest. */
  readonly size: number;
  /** Length of the digest's text. */
  readonly digits: number;
  /** What the text's last digit can be, given the bits that are left for it. */
  readonly lastDigits: string;
  /** Which bytes make one group of digits, the most significant first. */
  readonly groups: readonly (readonly number[])[];
}

/** Takes one byte from each third of the digest; which third leads changes with each group, by `turn` thirds. */
function rotatingGroups(stride: number, turn: number): number[][] {
  return Array.from({ length: stride }, (_, index) =>
    [0, 1, 2].map((place) => index + stride * ((place + index * turn) % 3)),
  );
}

export const sha256Variant: ShaVariant = {
  algorithm: 'sha256',
  size: 32,
  digits: 43,
  lastDigits: './0-9A-D',
  groups: [...rotatingGroups(10, 2), [31, 30]],
};

export const sha512Variant: ShaVariant = {
  algorithm: 'sha512',
  size: 64,
  digits: 86,
  lastDigits: './01',
  groups: [...rotatingGroups(21, 1), [63]],
};

/** Repeats a digest until it is as long as what it stands for. */
function stretch(digest: Uint8Array, length: number): Buffer {
  return Buffer.alloc(length, digest);
}

/** The first digest, over password, salt and a digest of both that is laid out by the password's length. */
function seed(variant: ShaVariant, password: Uint8Array, salt: Uint8Array): Buffer {
  const inner = hash(variant.algorithm, Buffer.concat([password, salt, password]), 'buffer');
  const parts: Uint8Array[] = [password, salt];
  if (password.length > 0) parts.push(stretch(inner, password.length));
  for (let bits = password.length; bits > 0; bits >>>= 1) parts.push(bits % 2 === 1 ? inner : password);
  return hash(variant.algorithm, Buffer.concat(parts), 'buffer');
}

/** A digest over `times` copies, cut or repeated to the length of one. */
function sequence(variant: ShaVariant, of: Uint8Array, times: number): Buffer {
  if (of.length === 0) return Buffer.alloc(0);
  const copies = Buffer.alloc(of.length * times, of);
  return stretch(hash(variant.algorithm, copies, 'buffer'), of.length);
}

/** The text of the digest, without setting and salt. */
export function shaDigest(
  variant: ShaVariant,
  password: Uint8Array,
  saltText: string,
  rounds: number,
): string {
  const saltBytes = Buffer.from(saltText, 'latin1');
  let state = seed(variant, password, saltBytes);
  const p = sequence(variant, password, password.length);
  const s = sequence(variant, saltBytes, 16 + (state[0] ?? 0));
  // One buffer for all rounds: a million small allocations would cost more than the digests.
  const scratch = Buffer.alloc(2 * p.length + s.length + variant.size);
  for (let round = 0; round < rounds; round += 1) {
    const odd = round % 2 === 1;
    let length = (odd ? p : state).copy(scratch);
    if (round % 3 !== 0) length += s.copy(scratch, length);
    if (round % 7 !== 0) length += p.copy(scratch, length);
    length += (odd ? state : p).copy(scratch, length);
    state = hash(variant.algorithm, scratch.subarray(0, length), 'buffer');
  }
  let text = '';
  for (const group of variant.groups) {
    const value = group.reduce((sum, index) => (sum << 8) | (state[index] ?? 0), 0);
    text += encode(value, group.length + 1);
  }
  return text;
}
