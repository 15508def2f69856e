import type SQLite from 'libsql';
import { rows } from './database.js';
import { readBlock, type TextBlock } from './text-block.js';

/** Characters of blocks that are kept in memory; of a larger index some are read again for each query. */
const MOST_CHARACTERS = 96 * 1024 * 1024;

const LINES = `SELECT group_concat(line, '') FROM (SELECT line FROM repository
  WHERE (length, name) >= (?, ?) AND (length, name) < (?, ?) ORDER BY length, name)`;

interface Kept {
  readonly writing: number;
  readonly block: TextBlock;
}

/** Reads all blocks, in the order of the repositories; those that nobody has written since they were read, from memory. */
export class BlockReader {
  readonly #connection: SQLite.Database;
  #kept = new Map<string, Kept>();

  constructor(connection: SQLite.Database) {
    this.#connection = connection;
  }

  /** To be called within a transaction, and read to the end. */
  *read(): Generator<TextBlock> {
    const places = rows(this.#connection, 'SELECT length, name, writing FROM block ORDER BY length, name');
    const kept = new Map<string, Kept>();
    let room = MOST_CHARACTERS;
    for (const [index, [length, name, writing]] of places.entries()) {
      const key = `${length}:${name}`;
      const known = this.#kept.get(key);
      const next = places[index + 1] ?? [Number.MAX_SAFE_INTEGER, ''];
      // A block grows into the one after it when that goes, but only when nothing is left of that.
      const block =
        known !== undefined && known.writing === writing
          ? known.block
          : this.#load([length, name], [next[0], next[1]]);
      room -= block.text.length;
      if (room > 0) kept.set(key, { writing: Number(writing), block });
      yield block;
    }
    this.#kept = kept;
  }

  #load(from: readonly unknown[], to: readonly unknown[]): TextBlock {
    const [row] = rows(this.#connection, LINES, ...from, ...to);
    return readBlock(typeof row?.[0] === 'string' ? row[0] : '');
  }
}
