import type SQLite from 'libsql';
import { BlockReader } from './block-reader.js';
import { DatabaseOpening, isDamage, type OpenDatabase, rows } from './database.js';
import { IndexWriter } from './index-writer.js';
import type { IndexEntry, IndexState, Matches, MatchRequest, Work } from './job.js';
import { Matcher, RANKS } from './ranking.js';
import { nameAt, type TextBlock } from './text-block.js';

/** A line that fits. */
interface Hit {
  readonly block: TextBlock;
  readonly line: number;
}

/** The database is in use, and what was read of it. */
interface InUse {
  readonly database: OpenDatabase;
  readonly reader: BlockReader;
  readonly writer: IndexWriter;
}

/**
 * The index in its database. A database that is damaged, or that somebody has removed or replaced, is noticed at the next
 * call, and that call is done with another.
 */
export class IndexDatabase implements Work {
  readonly #opening: DatabaseOpening;
  #inUse: InUse | undefined;
  #opened: readonly Hit[] = [];

  /** @param path where the database lies; see `DatabaseFile`. */
  constructor(library: typeof SQLite, path: string) {
    this.#opening = new DatabaseOpening(library, path);
  }

  state(): IndexState {
    return this.#with(({ database: { connection } }) => {
      const [state] = rows(connection, 'SELECT complete, (SELECT sum(lines) FROM block), writing FROM state');
      return {
        isComplete: Number(state?.[0]) === 1,
        repositories: Number(state?.[1]),
        writing: Number(state?.[2]),
      };
    });
  }

  match({ words, skip, limit }: MatchRequest): Matches {
    return this.#with((inUse) => {
      const { hits, total } = this.#find(inUse, words, skip + limit);
      const names = hits.slice(skip, skip + limit).map(({ block, line }) => nameAt(block, line));
      const described = describe(inUse, names);
      return { results: names.map((name, index) => ({ name, description: described[index] ?? '' })), total };
    });
  }

  open(words: readonly string[]): number {
    return this.#with((inUse) => {
      this.#opened = this.#find(inUse, words, Number.POSITIVE_INFINITY).hits;
      return this.#opened.length;
    });
  }

  more(skip: number, limit: number): readonly string[] {
    return this.#opened.slice(skip, skip + limit).map(({ block, line }) => nameAt(block, line));
  }

  descriptions(names: readonly string[]): readonly string[] {
    return this.#with((inUse) => describe(inUse, names));
  }

  apply(entries: readonly IndexEntry[], since: number): readonly string[] {
    return this.#with(({ writer }) => writer.apply(entries, since));
  }

  names(after: string, upTo: string | undefined, limit: number): readonly string[] {
    return this.#with(({ database: { connection } }) => {
      const found =
        upTo === undefined
          ? rows(connection, 'SELECT name FROM repository WHERE name > ? ORDER BY name LIMIT ?', after, limit)
          : rows(
              connection,
              'SELECT name FROM repository WHERE name > ? AND name <= ? ORDER BY name LIMIT ?',
              after,
              upTo,
              limit,
            );
      return found.map(([name]) => String(name));
    });
  }

  missing(names: readonly string[]): readonly string[] {
    return this.#with(({ database: { connection } }) => {
      const statement = connection.prepare('SELECT 1 FROM repository WHERE length = ? AND name = ?').raw();
      return names.filter((name) => statement.all(name.length, name).length === 0);
    });
  }

  complete(): void {
    this.#with(({ database: { connection } }) => connection.exec('UPDATE state SET complete = 1'));
  }

  close(): void {
    const { connection } = this.#inUse?.database ?? {};
    this.#forget();
    connection?.close();
  }

  #find({ database, reader }: InUse, words: readonly string[], most: number): { hits: Hit[]; total: number } {
    const ranks: Hit[][] = Array.from({ length: RANKS }, () => []);
    const matcher = new Matcher(words);
    let total = 0;
    database.connection.exec('BEGIN');
    try {
      for (const block of reader.read()) {
        matcher.match(block, (rank, line) => {
          total += 1;
          const hits = ranks[rank];
          if (hits !== undefined && hits.length < most) hits.push({ block, line });
        });
      }
    } finally {
      database.connection.exec('ROLLBACK');
    }
    return { hits: ranks.flat(), total };
  }

  /** Works with the database that counts. */
  #with<Result>(work: (inUse: InUse) => Result): Result {
    for (let tries = 2; ; tries -= 1) {
      const inUse = this.#current();
      try {
        return work(inUse);
      } catch (error) {
        if (!isDamage(error) || tries === 0) throw error;
        this.close();
        this.#opening.replace(inUse.database.path);
      }
    }
  }

  #current(): InUse {
    if (this.#inUse !== undefined && this.#opening.isCurrent(this.#inUse.database)) return this.#inUse;
    this.close();
    const database = this.#opening.open();
    const { connection } = database;
    this.#inUse = { database, reader: new BlockReader(connection), writer: new IndexWriter(connection) };
    return this.#inUse;
  }

  #forget(): void {
    this.#inUse = undefined;
    this.#opened = [];
  }
}

function describe({ database: { connection } }: InUse, names: readonly string[]): string[] {
  const statement = connection
    .prepare('SELECT description FROM repository WHERE length = ? AND name = ?')
    .raw();
  return names.map((name) => String((statement.all(name.length, name) as unknown[][])[0]?.[0] ?? ''));
}
