import { typeCode } from '../../../src/registry/layer/tar/tar-entry.js';

/** A header to be written, field by field; what is left out is empty or zero. */
export interface ArchiveHeader {
  readonly name?: string | Buffer;
  readonly prefix?: string;
  readonly mode?: number;
  readonly userId?: number;
  readonly groupId?: number;
  readonly modified?: number;
  /** Of the header alone; the length of the content without it. */
  readonly size?: number;
  readonly type?: string;
  readonly linkName?: string;
  /** `ustar` with its version, or GNU's; nothing for V7. */
  readonly form?: 'ustar' | 'gnu' | 'v7';
  readonly userName?: string;
  readonly groupName?: string;
}

/** One entry of an archive: header, content, padding. */
export function entryBytes(header: ArchiveHeader, content: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([
    headerBytes({ size: bytes.length, ...header }),
    bytes,
    Buffer.alloc((512 - (bytes.length % 512)) % 512),
  ]);
}

export function headerBytes(header: ArchiveHeader): Buffer {
  const { form = 'ustar', type = '0' } = header;
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, width: number): number =>
    block.write(value.toString(8).padStart(width - 1, '0'), at, width - 1, 'latin1');
  Buffer.from(header.name ?? '').copy(block, 0);
  octal(header.mode ?? 0, 100, 8);
  octal(header.userId ?? 0, 108, 8);
  octal(header.groupId ?? 0, 116, 8);
  octal(header.size ?? 0, 124, 12);
  octal(header.modified ?? 0, 136, 12);
  block[156] = typeCode(type);
  block.write(header.linkName ?? '', 157);
  if (form !== 'v7') {
    block.write(form === 'ustar' ? 'ustar\x0000' : 'ustar  \0', 257, 'latin1');
    block.write(header.userName ?? '', 265);
    block.write(header.groupName ?? '', 297);
    block.write(header.prefix ?? '', 345);
  }
  return signed(block);
}

/** A header with its checksum made right, after its fields have been changed. */
export function signed(block: Buffer): Buffer {
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** An extended header with these records, as an entry of its own. */
export function paxBytes(records: readonly (readonly [string, string])[]): Buffer {
  return entryBytes({ name: 'PaxHeaders', type: 'x' }, records.map(paxRecord).join(''));
}

function paxRecord([key, value]: readonly [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  const length = Buffer.byteLength(rest);
  const digits = String(length + String(length).length).length;
  return `${length + digits}${rest}`;
}

/** The end of an archive. */
export const END: Buffer = Buffer.alloc(1024);
