const LF = 0x0a;
const CR = 0x0d;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const COLON = 0x3a;
const HASH_MARK = 0x23;

/** One line of a password file, byte for byte. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** What stands before the line and is not part of it: a byte order mark on the first line of some files. */
  readonly lead: Buffer;
  readonly content: Buffer;
  /** LF, CR LF, or nothing at the file's end. */
  readonly ending: Buffer;
}

/** Cuts a file into lines that, put together again, are the file. */
export function* lines(bytes: Buffer): Generator<Line> {
  let start = bytes.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
  let lead = bytes.subarray(0, start);
  for (let number = 1; start < bytes.length; number += 1) {
    const found = bytes.indexOf(LF, start);
    const next = found === -1 ? bytes.length : found + 1;
    let end = found === -1 ? bytes.length : found;
    if (end > start && bytes[end - 1] === CR) end -= 1;
    yield { number, lead, content: bytes.subarray(start, end), ending: bytes.subarray(end, next) };
    lead = Buffer.alloc(0);
    start = next;
  }
}

/** The fields of a line that holds a user. */
export interface Fields {
  readonly name: Buffer;
  readonly hash: Buffer;
  /** The second colon and everything behind it: a comment that Apache's tools keep there. */
  readonly rest: Buffer;
}

/** Whether a line says nothing about any user. */
export function isRemark(content: Buffer): boolean {
  return content[0] === HASH_MARK || content.every((byte) => byte === 0x20 || byte === 0x09);
}

/** Undefined for a line without a colon. */
export function fields(content: Buffer): Fields | undefined {
  const first = content.indexOf(COLON);
  if (first === -1) return undefined;
  const second = content.indexOf(COLON, first + 1);
  const end = second === -1 ? content.length : second;
  return {
    name: content.subarray(0, first),
    hash: content.subarray(first + 1, end),
    rest: content.subarray(end),
  };
}
