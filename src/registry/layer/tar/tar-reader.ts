import { LayerUnreadable } from '../layer-unreadable.js';
import { type Extension, extended } from './extended-entry.js';
import { readPaxRecords } from './pax-records.js';
import { type TarEntry, type TarVisitor, typeCode } from './tar-entry.js';
import { BLOCK, continuesSparseMap, readHeader, untilNul } from './tar-header.js';

/** Bytes of the content of an entry that tells of the next one: long names, extended attributes. */
const EXTENSION = 1024 * 1024;

const PAX = typeCode('x');
const LONG_NAME = typeCode('L');
const LONG_LINK = typeCode('K');

/** Links, devices, directories and pipes have no content, whatever size is said of them. */
const WITHOUT_CONTENT: ReadonlySet<number> = new Set([...'123456'].map(typeCode));

const ZERO = Buffer.alloc(BLOCK);

type State = 'header' | 'sparse map' | 'content' | 'padding' | 'second zero' | 'over';

/**
 * Reads an archive of any form, piece by piece, without keeping more of it than a header or an extension.
 *
 * It takes for an archive what Go's reader takes for one, since that is what engines unpack with: the end may be two blocks
 * of zeros, one, or none; what follows two is ignored; the padding of the last file may be missing.
 */
export class TarReader {
  readonly #visitor: TarVisitor;
  readonly #block = Buffer.allocUnsafe(BLOCK);
  #filled = 0;
  #state: State = 'header';
  #entry: TarEntry | undefined;
  /** Bytes of content, or of padding, that are still to come. */
  #left = 0;
  #padding = 0;
  /** What has been gathered of an extension's content; undefined while it is that of a file. */
  #gathered: Buffer[] | undefined;
  #extension: Extension = none();

  constructor(visitor: TarVisitor) {
    this.#visitor = visitor;
  }

  /** Reads on; the chunk is not kept. @throws {LayerUnreadable} and what the visitor throws; it cannot go on then. */
  write(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0 && this.#state !== 'over'; ) rest = this.#read(rest);
  }

  /** There is nothing more. @throws {LayerUnreadable} when something is missing. */
  end(): void {
    const isBetween = this.#state === 'header' && this.#filled === 0 && !hasExtension(this.#extension);
    const isBehind = this.#state === 'padding' || this.#state === 'over';
    const isZero = this.#state === 'second zero' && this.#filled === 0;
    if (!isBetween && !isBehind && !isZero)
      throw new LayerUnreadable('is no whole tar archive: it ends too early');
  }

  /** @returns what has not been read yet. */
  #read(chunk: Buffer): Buffer {
    if (this.#state === 'content') return this.#readContent(chunk);
    if (this.#state === 'padding') {
      const length = Math.min(this.#left, chunk.length);
      this.#left -= length;
      if (this.#left === 0) this.#state = 'header';
      return chunk.subarray(length);
    }
    if (this.#filled === 0 && chunk.length >= BLOCK) {
      this.#readBlock(chunk.subarray(0, BLOCK));
      return chunk.subarray(BLOCK);
    }
    const length = Math.min(BLOCK - this.#filled, chunk.length);
    this.#filled += chunk.copy(this.#block, this.#filled, 0, length);
    if (this.#filled === BLOCK) {
      this.#filled = 0;
      this.#readBlock(this.#block);
    }
    return chunk.subarray(length);
  }

  #readContent(chunk: Buffer): Buffer {
    const part = chunk.subarray(0, Math.min(this.#left, chunk.length));
    this.#left -= part.length;
    if (this.#gathered === undefined) this.#visitor.content?.(part);
    else this.#gathered.push(Buffer.from(part));
    if (this.#left === 0) this.#endContent();
    return chunk.subarray(part.length);
  }

  #readBlock(block: Buffer): void {
    const isZero = block.equals(ZERO);
    if (this.#state === 'sparse map') {
      if (!continuesSparseMap(block, false)) this.#beginContent();
    } else if (this.#state === 'second zero') {
      if (!isZero) throw new LayerUnreadable('is no tar archive: a block of zeros stands between its files');
      this.#state = 'over';
    } else if (isZero) {
      this.#state = 'second zero';
    } else {
      this.#readHeader(block);
    }
  }

  #readHeader(block: Buffer): void {
    const header = readHeader(block);
    const { type } = header;
    if (type === PAX || type === LONG_NAME || type === LONG_LINK) {
      if (header.size > EXTENSION) throw new LayerUnreadable('has an extended header of more than 1 MiB');
      this.#gathered = [];
      this.#entry = header;
    } else {
      this.#entry = hasExtension(this.#extension) ? extended(header, this.#extension) : header;
      this.#extension = none();
      this.#visitor.entry(this.#entry);
    }
    if (header.isSparse && continuesSparseMap(block, true)) this.#state = 'sparse map';
    else this.#beginContent();
  }

  #beginContent(): void {
    const { size, type } = this.#entry as TarEntry;
    this.#left = WITHOUT_CONTENT.has(type) ? 0 : size;
    this.#padding = (BLOCK - (this.#left % BLOCK)) % BLOCK;
    if (this.#left === 0) this.#endContent();
    else this.#state = 'content';
  }

  #endContent(): void {
    if (this.#gathered !== undefined) this.#extend(Buffer.concat(this.#gathered));
    this.#gathered = undefined;
    this.#left = this.#padding;
    this.#state = this.#left > 0 ? 'padding' : 'header';
  }

  #extend(content: Buffer): void {
    const type = this.#entry?.type;
    if (type === PAX) this.#extension.pax = readPaxRecords(content);
    else if (type === LONG_NAME) this.#extension.name = untilNul(content);
    else this.#extension.linkName = untilNul(content);
  }
}

function none(): Extension {
  return { pax: new Map(), name: undefined, linkName: undefined };
}

function hasExtension({ pax, name, linkName }: Extension): boolean {
  return pax.size > 0 || name !== undefined || linkName !== undefined;
}
