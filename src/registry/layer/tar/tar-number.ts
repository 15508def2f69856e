import { LayerUnreadable } from '../layer-unreadable.js';

const SPACE = 0x20;
const ZERO = 0x30;

/**
 * Reads a number of a header: octal digits among spaces and NULs, or, as GNU's tar writes large and negative ones, binary
 * with the highest bit set. Nothing at all is zero.
 *
 * @returns undefined when it is neither.
 */
export function readNumber(field: Buffer): number | undefined {
  return ((field[0] ?? 0) & 0x80) === 0 ? readOctal(field) : readBinary(field);
}

/** @throws {LayerUnreadable} as {@link readNumber} yields undefined. */
export function requireNumber(field: Buffer): number {
  const number = readNumber(field);
  if (number !== undefined) return number;
  throw new LayerUnreadable('is no tar archive: a header has something else where a number should be');
}

function readOctal(field: Buffer): number | undefined {
  let start = 0;
  while (isFiller(field[start])) start += 1;
  let end = start;
  let number = 0;
  for (; end < field.length && !isFiller(field[end]); end += 1) {
    const digit = (field[end] ?? 0) - ZERO;
    if (digit < 0 || digit > 7) return undefined;
    number = number * 8 + digit;
  }
  // What follows a NUL is left over from a longer number.
  while (field[end] === SPACE) end += 1;
  return end < field.length && field[end] !== 0 ? undefined : safe(number);
}

function isFiller(byte: number | undefined): boolean {
  return byte === SPACE || byte === 0;
}

function readBinary(field: Buffer): number | undefined {
  const first = field[0] ?? 0;
  const isNegative = (first & 0x40) !== 0;
  let number = isNegative ? (first & 0x7f) - 0x80 : first & 0x7f;
  for (const byte of field.subarray(1)) number = number * 256 + byte;
  return safe(number);
}

function safe(number: number): number | undefined {
  return Number.isSafeInteger(number) ? number : undefined;
}
