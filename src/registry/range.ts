/** Part of some content. */
export interface Part {
  /** First byte, counted from 0. */
  readonly start: number;
  /** Bytes. */
  readonly length: number;
}

const RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * Reads a `Range` (RFC 9110 §14.2) for content of a size.
 *
 * @returns undefined when the whole is to be sent: another unit, more than one range, or not a range at all;
 *   `unsatisfiable` when no byte of it exists, or it ends before it begins.
 */
export function parseRange(range: string | undefined, size: number): Part | 'unsatisfiable' | undefined {
  const match = range === undefined ? null : RANGE.exec(range);
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, length };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? 'unsatisfiable' : { start, length: end - start + 1 };
}
