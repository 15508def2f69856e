import { LayerUnreadable } from '../layer-unreadable.js';
import type { TarEntry } from './tar-entry.js';

const ATTRIBUTE = 'SCHILY.xattr.';

/** What entries of their own have told of the next one. */
export interface Extension {
  pax: ReadonlyMap<string, string>;
  /** GNU's long names. */
  name: Buffer | undefined;
  linkName: Buffer | undefined;
}

/**
 * The entry as the extensions before it make it. An empty value leaves what is in the header.
 *
 * @throws {LayerUnreadable} when a value cannot be read.
 */
export function extended(entry: TarEntry, { pax, name, linkName }: Extension): TarEntry {
  const bytes = (key: string): Buffer | undefined => {
    const value = pax.get(key);
    return value === undefined || value === '' ? undefined : Buffer.from(value, 'latin1');
  };
  const number = (key: string): number | undefined => {
    const value = pax.get(key);
    return value === undefined || value === '' ? undefined : wholeNumber(value);
  };
  const isSparse = entry.isSparse || pax.has('GNU.sparse.major') || pax.has('GNU.sparse.size');
  const size = number('size') ?? entry.size;
  if (size < 0) throw damaged();
  return {
    ...entry,
    name: name ?? bytes('GNU.sparse.name') ?? bytes('path') ?? entry.name,
    linkName: linkName ?? bytes('linkpath') ?? entry.linkName,
    userName: bytes('uname') ?? entry.userName,
    groupName: bytes('gname') ?? entry.groupName,
    userId: number('uid') ?? entry.userId,
    groupId: number('gid') ?? entry.groupId,
    modified: number('mtime') ?? entry.modified,
    size,
    unpackedSize:
      number('GNU.sparse.realsize') ??
      number('GNU.sparse.size') ??
      (entry.isSparse ? entry.unpackedSize : size),
    attributes: attributes(pax),
    isSparse,
  };
}

function attributes(pax: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const found = [...pax].filter(([key]) => key.startsWith(ATTRIBUTE));
  return new Map(found.map(([key, value]) => [key.slice(ATTRIBUTE.length), value]));
}

/** A decimal number, rounded down. Times have fractions. */
function wholeNumber(text: string): number {
  const match = /^(-?[0-9]{1,16})(\.[0-9]*)?$/.exec(text);
  if (match === null) throw damaged();
  const [, whole = '', fraction = ''] = match;
  const isBelow = text.startsWith('-') && /[1-9]/.test(fraction);
  // Adding zero makes zero of minus zero.
  const number = Number(whole) - (isBelow ? 1 : 0) + 0;
  if (!Number.isSafeInteger(number)) throw damaged();
  return number;
}

function damaged(): LayerUnreadable {
  return new LayerUnreadable(
    'is no tar archive: an extended header has something else where a number should be',
  );
}
