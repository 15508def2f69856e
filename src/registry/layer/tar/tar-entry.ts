/** An entry of an archive. Names are bytes: nothing says how they are encoded, and checksums depend on each of them. */
export interface TarEntry {
  readonly name: Buffer;
  readonly linkName: Buffer;
  readonly userName: Buffer;
  readonly groupName: Buffer;
  /** Of the header as it is; of the original V7 a NUL. */
  readonly type: number;
  /** Permissions, and in archives of old engines the kind of file as well. */
  readonly mode: number;
  readonly userId: number;
  readonly groupId: number;
  /** Bytes of its content, without the holes of a sparse file. */
  readonly size: number;
  /** Bytes that the file has when it is unpacked: more than {@link size} when it is sparse. */
  readonly unpackedSize: number;
  /** Seconds since 1970, rounded down. */
  readonly modified: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** Extended attributes by their names, without `SCHILY.xattr.`; both as latin1, one character a byte. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Its content has holes, and a map of them that is not part of it. */
  readonly isSparse: boolean;
}

/** Gets what is in an archive, in its order. What it throws ends the reading. */
export interface TarVisitor {
  /** Every entry but those that only tell of the next: also that of a global header, of which nothing is applied. */
  entry(entry: TarEntry): void;
  /** Bytes of the last entry's content, in memory that is written to again afterwards. */
  content?(chunk: Buffer): void;
}

/** The letter or digit of a type as it is in a header. */
export function typeCode(letter: string): number {
  return letter.charCodeAt(0);
}
