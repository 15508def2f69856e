import { type TarEntry, typeCode } from './tar/tar-entry.js';

/** A file of a layer as the v1 API tells of it: name, type, deleted, size, seconds since 1970, mode, user and group. */
export type FileTuple = readonly [
  name: string,
  type: string,
  isDeleted: boolean,
  size: number,
  modified: number,
  mode: number,
  userId: number,
  groupId: number,
];

const LETTERS: ReadonlyMap<number, string> = new Map(
  (
    [
      ['\0', 'f'],
      ['0', 'f'],
      ['1', 'l'],
      ['2', 's'],
      ['3', 'c'],
      ['4', 'b'],
      ['5', 'd'],
      ['6', 'i'],
      ['7', 't'],
      ['S', 'S'],
    ] as const
  ).map(([type, letter]) => [typeCode(type), letter]),
);

const GLOBAL_HEADER = typeCode('g');
const WHITEOUT = '.wh.';

/** What is told of an entry; undefined for what is no file: a global header, and the union file system's own records. */
export function fileTuple(entry: TarEntry): FileTuple | undefined {
  if (entry.type === GLOBAL_HEADER) return undefined;
  const path = absolute(entry.name.toString());
  const cut = path.lastIndexOf('/') + 1;
  const isDeleted = path.startsWith(WHITEOUT, cut);
  const base = isDeleted ? path.slice(cut + WHITEOUT.length) : path.slice(cut);
  if (base.startsWith(WHITEOUT)) return undefined;
  // The original form has no type for directories: their names end with a slash.
  const isOldDirectory = entry.type === 0 && entry.name.at(-1) === 0x2f;
  const type = isOldDirectory ? 'd' : (LETTERS.get(entry.type) ?? 'u');
  const { unpackedSize, modified, mode, userId, groupId } = entry;
  return [path.slice(0, cut) + base, type, isDeleted, unpackedSize, modified, mode, userId, groupId];
}

/** `./a`, `a/` and `/a` are `/a`; `.` and `./` are `/`. */
function absolute(name: string): string {
  let start = name === '.' ? 1 : 0;
  if (name.startsWith('./')) start = 2;
  while (name[start] === '/') start += 1;
  let end = name.length;
  while (end > start && name[end - 1] === '/') end -= 1;
  return `/${name.slice(start, end)}`;
}
