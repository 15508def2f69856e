/** How the archive of a layer may be compressed. Of these, `bzip2` and `zstd` are known and not read. */
export type Compression = 'none' | 'gzip' | 'xz' | 'bzip2' | 'zstd';

const MAGICS: readonly (readonly [Compression, Buffer])[] = [
  ['gzip', Buffer.from([0x1f, 0x8b])],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ['bzip2', Buffer.from('BZh')],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
];

/** Recognises a compression by the first bytes of a file, of which six are enough. What is none of them is not compressed. */
export function recognizeCompression(head: Uint8Array): Compression {
  const found = MAGICS.find(([, magic]) => magic.equals(head.subarray(0, magic.length)));
  return found?.[0] ?? 'none';
}
