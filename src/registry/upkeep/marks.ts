import { mkdir, open, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { inBatches } from '../batches.js';
import { type DigestKey, DigestTable, KEY_WORDS } from './digest-table.js';

/** One shard for each first byte of a digest. */
export const SHARDS = 256;

/** Bytes of a mark. */
const WIDTH = KEY_WORDS * 4;

/** Bytes of marks of one shard gathered in memory. */
const GATHERED = 16 * 1024;

/** Shards written side by side. */
const SIDE_BY_SIDE = 8;

interface Shard {
  readonly path: string;
  buffer: Buffer;
  length: number;
  /** Written since it was synced last. */
  dirty: boolean;
  /** The writes so far; one at a time, so that no two marks mix. */
  writes: Promise<void>;
}

/** Digests whose content stays, in files by their first byte, so that the sweep has one part at a time in memory. */
export class Marks {
  readonly #directory: string;
  readonly #shards: readonly Shard[];

  constructor(directory: string) {
    this.#directory = directory;
    this.#shards = Array.from({ length: SHARDS }, (_, first) => ({
      path: join(directory, first.toString(16).padStart(2, '0')),
      buffer: Buffer.alloc(0),
      length: 0,
      dirty: false,
      writes: Promise.resolve(),
    }));
  }

  /** Makes a place for marks where there are none. */
  async begin(): Promise<void> {
    await this.remove();
    await mkdir(this.#directory, { recursive: true });
  }

  /** Goes on with what is there. @returns false when there is nothing. */
  async resume(): Promise<boolean> {
    const status = await stat(this.#directory).catch(() => undefined);
    if (status?.isDirectory() !== true) return false;
    await inBatches(this.#shards, SIDE_BY_SIDE, async ({ path }) => {
      const size = await sizeOf(path);
      // A process that died may have written a part of a mark.
      if (size % WIDTH !== 0) await truncate(path, size - (size % WIDTH));
    });
    return true;
  }

  /** Adds a mark. A promise asks the caller to wait until it is written. */
  add(key: DigestKey): Promise<void> | undefined {
    const shard = this.#shards[key[0] >>> 24];
    if (shard === undefined) return undefined;
    if (shard.buffer.length === shard.length) shard.buffer = longer(shard.buffer);
    for (const word of key) shard.length = shard.buffer.writeUInt32BE(word, shard.length);
    return shard.length < GATHERED ? undefined : write(shard);
  }

  /** Waits until every mark is on the disk. */
  async sync(): Promise<void> {
    const unsynced = this.#shards.filter(({ dirty, length }) => dirty || length > 0);
    await inBatches(unsynced, SIDE_BY_SIDE, (shard) => write(shard, true));
  }

  /** The marks of one shard. All have to be on the disk. */
  async read(firstByte: number): Promise<DigestTable> {
    const table = new DigestTable();
    const shard = this.#shards[firstByte];
    const marks = shard === undefined || (await sizeOf(shard.path)) === 0 ? NONE : await readFile(shard.path);
    for (let at = 0; at + WIDTH <= marks.length; at += WIDTH) {
      table.add([
        marks.readUInt32BE(at),
        marks.readUInt32BE(at + 4),
        marks.readUInt32BE(at + 8),
        marks.readUInt32BE(at + 12),
      ]);
    }
    return table;
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}

const NONE = Buffer.alloc(0);

function longer(buffer: Buffer): Buffer {
  const next = Buffer.alloc(Math.max(WIDTH * 8, buffer.length * 2));
  buffer.copy(next);
  return next;
}

function write(shard: Shard, sync = false): Promise<void> {
  const marks = shard.buffer.subarray(0, shard.length);
  // Marks that are added while these are written go into a buffer of their own.
  shard.buffer = NONE;
  shard.length = 0;
  shard.dirty = !sync;
  shard.writes = shard.writes.then(() => append(shard.path, marks, sync));
  return shard.writes;
}

async function append(path: string, marks: Buffer, sync: boolean): Promise<void> {
  const file = await open(path, 'a');
  try {
    await file.appendFile(marks);
    if (sync) await file.sync();
  } finally {
    await file.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return status?.size ?? 0;
}
