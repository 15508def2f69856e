import { LayerUnreadable } from '../layer-unreadable.js';
import { type TarEntry, typeCode } from './tar-entry.js';
import { readNumber, requireNumber } from './tar-number.js';

/** Bytes of a header, and what content is padded to. */
export const BLOCK = 512;

const NOTHING = Buffer.alloc(0);
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

const CHECKSUM = { start: 148, end: 156 } as const;
const DEVICES: ReadonlySet<number> = new Set([typeCode('3'), typeCode('4')]);
const SPARSE = typeCode('S');

/**
 * Reads a header block of any of the forms that there are: V7, ustar, star and GNU's.
 *
 * @param block not kept.
 * @throws {LayerUnreadable} when it is no header.
 */
export function readHeader(block: Buffer): TarEntry {
  verifyChecksum(block);
  const type = block[156] ?? 0;
  const form = block.toString('latin1', 257, 265);
  const isUstar = form === 'ustar\x0000';
  const isGnu = form === 'ustar  \0';
  const hasOwners = isUstar || isGnu;
  const hasDevice = hasOwners && DEVICES.has(type);
  const prefix = isUstar || (isGnu && hasGoPrefix(block)) ? readPrefix(block) : NOTHING;
  const size = requireNumber(block.subarray(124, 136));
  if (size < 0) throw new LayerUnreadable('is no tar archive: a file has less than nothing in it');
  const isSparse = isGnu && type === SPARSE;
  return {
    name: joined(prefix, text(block, 0, 100)),
    linkName: text(block, 157, 257),
    userName: hasOwners ? text(block, 265, 297) : NOTHING,
    groupName: hasOwners ? text(block, 297, 329) : NOTHING,
    type,
    mode: requireNumber(block.subarray(100, 108)),
    userId: requireNumber(block.subarray(108, 116)),
    groupId: requireNumber(block.subarray(116, 124)),
    size,
    unpackedSize: isSparse ? requireNumber(block.subarray(483, 495)) : size,
    modified: requireNumber(block.subarray(136, 148)),
    deviceMajor: hasDevice ? requireNumber(block.subarray(329, 337)) : 0,
    deviceMinor: hasDevice ? requireNumber(block.subarray(337, 345)) : 0,
    attributes: NO_ATTRIBUTES,
    isSparse,
  };
}

/** Tells whether another block of the map of a sparse file follows this one: the header, or a further block of it. */
export function continuesSparseMap(block: Buffer, isHeader: boolean): boolean {
  return block[isHeader ? 482 : 504] !== 0;
}

/** The sum of the bytes with the checksum taken as spaces. Some programs summed the bytes as signed ones. */
function verifyChecksum(block: Buffer): void {
  const expected = readNumber(block.subarray(CHECKSUM.start, CHECKSUM.end));
  let unsigned = 0;
  let negative = 0;
  for (let index = 0; index < BLOCK; index += 1) {
    const isChecksum = index >= CHECKSUM.start && index < CHECKSUM.end;
    const byte = isChecksum ? 0x20 : (block[index] ?? 0);
    unsigned += byte;
    negative += byte >> 7;
  }
  if (expected === unsigned || expected === unsigned - 256 * negative) return;
  throw new LayerUnreadable('is no tar archive: a header has a wrong checksum');
}

/** Old versions of Go put the beginning of a long name where GNU's tar has the times of access and change. */
function hasGoPrefix(block: Buffer): boolean {
  const isTimes =
    readNumber(block.subarray(345, 357)) !== undefined && readNumber(block.subarray(357, 369)) !== undefined;
  return !isTimes && text(block, 345, 500).every((byte) => byte < 0x80);
}

/** star has times at the end of what is the prefix elsewhere. */
function readPrefix(block: Buffer): Buffer {
  return text(block, 345, block.toString('latin1', 508, 512) === 'tar\0' ? 476 : 500);
}

function joined(prefix: Buffer, name: Buffer): Buffer {
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]);
}

/** A copy of a field up to its first NUL. */
function text(block: Buffer, start: number, end: number): Buffer {
  return Buffer.from(untilNul(block.subarray(start, end)));
}

/** The bytes before the first NUL; all without one. */
export function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}
