import { createHash } from 'node:crypto';

const BLOCK = 512;

/** The fields of an entry that count, in their order. */
interface Header {
  name: string;
  linkname: string;
  size: number;
  readonly fields: (header: Header) => string;
}

function text(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString('latin1');
}

function octal(block: Buffer, start: number, length: number): number {
  const digits = text(block, start, length).trim();
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function readHeader(block: Buffer): Header {
  const isUstar = text(block, 257, 6) === 'ustar';
  const prefix = isUstar ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkname: text(block, 157, 100),
    size: octal(block, 124, 12),
    fields: (header) =>
      [
        `name${header.name}`,
        `mode${octal(block, 100, 8)}`,
        `uid${octal(block, 108, 8)}`,
        `gid${octal(block, 116, 8)}`,
        `size${header.size}`,
        `mtime${octal(block, 136, 12)}`,
        `typeflag${text(block, 156, 1)}`,
        `linkname${header.linkname}`,
        `uname${text(block, 265, 32)}`,
        `gname${text(block, 297, 32)}`,
        `devmajor${octal(block, 329, 8)}`,
        `devminor${octal(block, 337, 8)}`,
      ].join(''),
  };
}

/** The names that a pax header gives to the entry after it. */
function paxNames(content: Buffer): { path?: string; linkpath?: string } {
  const names = new Map<string, string>();
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(' ', at);
    const length = Number(content.subarray(at, space).toString());
    const record = content.subarray(space + 1, at + length - 1).toString('latin1');
    const equals = record.indexOf('=');
    names.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  const path = names.get('path');
  const linkpath = names.get('linkpath');
  return { ...(path === undefined ? {} : { path }), ...(linkpath === undefined ? {} : { linkpath }) };
}

/**
 * The checksum that engines before 1.6 sent with a layer, in its first version: `tarsum+sha256:<hex>`. Written from its
 * description, apart from the one that is tested, and only for archives that GNU tar writes.
 *
 * @param archive not compressed. @param json the bytes of the image's JSON.
 */
export function tarsum(archive: Uint8Array, json: Uint8Array): string {
  const bytes = Buffer.from(archive);
  const sums: string[] = [];
  let path: string | undefined;
  let link: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const block = bytes.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) break;
    const header = readHeader(block);
    const content = bytes.subarray(at + BLOCK, at + BLOCK + header.size);
    at += BLOCK + Math.ceil(header.size / BLOCK) * BLOCK;
    const type = text(block, 156, 1);
    if (type === 'L') path = text(content, 0, content.length);
    else if (type === 'K') link = text(content, 0, content.length);
    else if (type === 'x') {
      const names = paxNames(content);
      path = names.path ?? path;
      link = names.linkpath ?? link;
    } else {
      header.name = path ?? header.name;
      header.linkname = link ?? header.linkname;
      const hash = createHash('sha256').update(header.fields(header), 'latin1').update(content);
      sums.push(hash.digest('hex'));
      path = undefined;
      link = undefined;
    }
  }
  const whole = createHash('sha256').update(json).update(sums.sort().join(''));
  return `tarsum+sha256:${whole.digest('hex')}`;
}
