import assert from 'node:assert/strict';
import { parseRange } from '../../src/registry/range.js';
import { chunkOffset } from '../../src/registry/v2/content-range.js';
import type { FuzzTarget } from './fuzzing.js';
import { orRefused } from './refusal.js';

const NUMBERS = [
  '0',
  '1',
  '7',
  '99',
  '100',
  '101',
  '0000',
  '9007199254740993',
  '1e3',
  '-1',
  '0x10',
  '\u0661',
];
const PIECES = [
  ...NUMBERS,
  'bytes=',
  'bytes ',
  'Bytes=',
  'items=',
  '-',
  '--',
  ',',
  ' ',
  '\t',
  '/',
  '*',
  '/100',
  '=',
  '\n',
];

interface Shown {
  readonly header: string;
  readonly size: number;
  readonly length: string | undefined;
}

function digits(text: string): boolean {
  return [...text].every((character) => '0123456789'.includes(character));
}

/** The three forms of RFC 9110 §14.1.2 once more: what they select of so many bytes, in whole numbers of any size. */
function selected(header: string, size: number): { start: number; length: number } | 'nothing' | undefined {
  if (header.slice(0, 6).toLowerCase() !== 'bytes=') return undefined;
  const range = header
    .slice(6)
    .replace(/^[ \t]+/, '')
    .replace(/[ \t]+$/, '');
  const dash = range.indexOf('-');
  const first = range.slice(0, Math.max(dash, 0));
  const last = range.slice(dash + 1);
  if (dash === -1 || !digits(first) || !digits(last) || first + last === '') return undefined;
  const whole = BigInt(size);
  const start = first === '' ? whole - BigInt(last) : BigInt(first);
  const end = first === '' || last === '' ? whole - 1n : BigInt(last);
  const from = start < 0n ? 0n : start;
  const to = end >= whole ? whole - 1n : end;
  if (from > to) return 'nothing';
  return { start: Number(from), length: Number(to - from + 1n) };
}

function read(input: Buffer): Shown {
  const [size = '', length = '', ...header] = input.toString('utf8').split('|');
  return { header: header.join('|'), size: Number(size), length: length === '' ? undefined : length };
}

function checkRange({ header, size }: Shown): boolean {
  const part = parseRange(header, size);
  const expected = header.length < 5000 ? selected(header, size) : undefined;
  if (header.length < 5000) assert.deepEqual(part === 'unsatisfiable' ? 'nothing' : part, expected);
  if (part === undefined || part === 'unsatisfiable') return false;
  assert.ok(Number.isSafeInteger(part.start) && part.start >= 0);
  assert.ok(Number.isSafeInteger(part.length) && part.length > 0 && part.start + part.length <= size);
  return true;
}

function checkContentRange({ header, length }: Shown): boolean {
  const headers = { 'content-range': header, ...(length === undefined ? {} : { 'content-length': length }) };
  const offset = orRefused(() => chunkOffset(headers));
  if (offset === undefined || offset === -1) return false;
  assert.ok(Number.isSafeInteger(offset) && offset >= 0, String(offset));
  const bounds = /(\d+)-(\d+)/.exec(header);
  assert.equal(BigInt(bounds?.[1] ?? -1), BigInt(offset));
  if (length !== undefined)
    assert.equal(
      BigInt(bounds?.[2] ?? -1) - BigInt(offset) + 1n,
      BigInt(length),
      'the length is as it is said to be',
    );
  return true;
}

/** The parsers of `Range` (RFC 9110 §14.2) and of a chunk's `Content-Range` (OCI end-5). */
export const target: FuzzTarget = {
  make(random) {
    const unit = random.pick(['bytes=', 'bytes=', 'bytes ', '', 'BYTES=', ' bytes=']);
    const good = `${unit}${random.pick(NUMBERS)}-${random.pick(NUMBERS)}`;
    const open = `${unit}${random.oneIn(2) ? `${random.pick(NUMBERS)}-` : `-${random.pick(NUMBERS)}`}`;
    const text = random.oneIn(20)
      ? `${unit}${random.repeated(PIECES)}-${random.pick(PIECES)}`
      : random.pick([good, good, open, random.text(PIECES, 6)]);
    const header = random.oneIn(3) ? random.damaged(Buffer.from(text), PIECES).toString() : text;
    const length = random.pick(['', '0', '1', '94', '100', '101', '9007199254740993']);
    return Buffer.from(`${random.pick(['0', '1', '100', '4503599627370496'])}|${length}|${header}`);
  },
  check(input) {
    const shown = read(input);
    const isPart = checkRange(shown);
    return checkContentRange(shown) || isPart;
  },
};
