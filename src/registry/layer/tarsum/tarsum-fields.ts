import type { TarEntry } from '../tar/tar-entry.js';
import type { TarSumVersion } from './tarsum.js';

/**
 * What a sum takes from a header: names and values of its fields, one behind the other, as engines 1.0 to 1.5 did. The
 * original leaves out extended attributes, later versions the time. Bytes of names are taken as they are.
 */
export function tarSumFields(entry: TarEntry, version: TarSumVersion): Buffer {
  const latin1 = (bytes: Buffer): string => bytes.toString('latin1');
  const isOriginal = version === 'tarsum';
  const fields = [
    `name${latin1(entry.name)}mode${entry.mode}uid${entry.userId}gid${entry.groupId}size${entry.size}`,
    isOriginal ? `mtime${entry.modified}` : '',
    `typeflag${typeText(entry.type)}linkname${latin1(entry.linkName)}`,
    `uname${latin1(entry.userName)}gname${latin1(entry.groupName)}`,
    `devmajor${entry.deviceMajor}devminor${entry.deviceMinor}`,
  ];
  // Characters of latin1 sort as the bytes do that they stand for.
  const attributes = isOriginal ? [] : [...entry.attributes].sort(([a], [b]) => (a < b ? -1 : 1)).flat();
  return Buffer.from([...fields, ...attributes].join(''), 'latin1');
}

function typeText(type: number): string {
  return String.fromCharCode(type);
}
