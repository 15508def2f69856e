/*
 * The Data Encryption Standard (FIPS 46-3) with the twist of crypt(3): a salt that swaps bits of the expansion.
 * A block is a pair of 32-bit halves; tables count bits from 1, the most significant first, as the standard does.
 */

const P = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22,
  11, 4, 25,
];
const KEY_CHOICE_1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];
const KEY_CHOICE_2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47,
  55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
const ROTATIONS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
/** The eight selection functions, one hexadecimal digit an output, row after row. */
const S = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
];

/** What each selection function adds to a half for its six input bits, already permuted by P. */
const SELECTED: readonly Uint32Array[] = S.map((digits, box) =>
  Uint32Array.from({ length: 64 }, (_, input) => {
    const row = ((input >>> 4) & 2) | (input & 1);
    const output = Number.parseInt(digits.charAt(row * 16 + ((input >>> 1) & 15)), 16);
    const before = output << (28 - 4 * box);
    return P.reduce((half, from, to) => half | (((before >>> (32 - from)) & 1) << (31 - to)), 0);
  }),
);

/** One round's key: the bits for the first four selection functions, and those for the last four. */
type RoundKey = readonly [number, number];

function rotate(bits: readonly number[], by: number): number[] {
  return [...bits.slice(by), ...bits.slice(0, by)];
}

function toNumber(bits: readonly number[]): number {
  return bits.reduce((value, bit) => value * 2 + bit, 0);
}

/** @param key Eight bytes; the lowest bit of each is ignored. */
function schedule(key: Uint8Array): RoundKey[] {
  const chosen = KEY_CHOICE_1.map((from) => ((key[(from - 1) >>> 3] ?? 0) >>> (7 - ((from - 1) & 7))) & 1);
  let left = chosen.slice(0, 28);
  let right = chosen.slice(28);
  return ROTATIONS.map((by) => {
    left = rotate(left, by);
    right = rotate(right, by);
    const both = [...left, ...right];
    const bits = KEY_CHOICE_2.map((from) => both[from - 1] ?? 0);
    return [toNumber(bits.slice(0, 24)), toNumber(bits.slice(24))];
  });
}

/** Six bits for each of eight selection functions, each pair of neighbours overlapping by two; the salt swaps halves. */
function mix(half: number, [keyHigh, keyLow]: RoundKey, swap: number): number {
  const turned = (half >>> 1) | (half << 31);
  const last = ((half & 31) << 1) | (half >>> 31);
  const group = (index: number): number => (index === 7 ? last : (turned >>> (26 - 4 * index)) & 63);
  let high = (group(0) << 18) | (group(1) << 12) | (group(2) << 6) | group(3);
  let low = (group(4) << 18) | (group(5) << 12) | (group(6) << 6) | group(7);
  const swapped = (high ^ low) & swap;
  high ^= swapped ^ keyHigh;
  low ^= swapped ^ keyLow;
  let result = 0;
  for (let box = 0; box < 4; box += 1) {
    const shift = 18 - 6 * box;
    result |=
      (SELECTED[box]?.[(high >>> shift) & 63] ?? 0) | (SELECTED[box + 4]?.[(low >>> shift) & 63] ?? 0);
  }
  return result;
}

/** The final permutation, as 64 bits. */
function permuteFinally(left: number, right: number): number[] {
  return Array.from({ length: 64 }, (_, to) => {
    const row = to >>> 3;
    const column = to & 7;
    // Even columns come from the second half of the block, odd ones from the first, a byte a column.
    const half = column % 2 === 0 ? right : left;
    return (half >>> (24 - 8 * (column >>> 1) + row)) & 1;
  });
}

/**
 * Encrypts a block of zeros 25 times.
 *
 * @param key Eight bytes; the lowest bit of each is ignored.
 * @param salt Twelve bits, the first salt digit in the lower six.
 * @returns 64 bits.
 */
export function encryptZeros(key: Uint8Array, salt: number): number[] {
  const keys = schedule(key);
  let swap = 0;
  for (let bit = 0; bit < 12; bit += 1) swap |= ((salt >>> bit) & 1) << (23 - bit);
  let left = 0;
  let right = 0;
  // Between two encryptions the final permutation and the initial one undo each other.
  for (let times = 0; times < 25; times += 1) {
    for (const roundKey of keys) [left, right] = [right, left ^ mix(right, roundKey, swap)];
    [left, right] = [right, left];
  }
  return permuteFinally(left, right);
}
