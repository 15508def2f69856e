import type SQLite from 'libsql';
import type { IndexEntry } from './job.js';
import { lineOf } from './text-block.js';

/** Lines of a block after which it is divided. */
const MOST_LINES = 1_024;

/** Names of which the last writing is remembered. */
const REMEMBERED = 20_000;

const BLOCK_OF = `SELECT length, name, lines FROM block WHERE (length, name) <= (?, ?)
  ORDER BY length DESC, name DESC LIMIT 1`;

/** Where a block begins. */
type Place = readonly [length: number, name: string];

/** Writes repositories, and keeps the blocks in order: each begins at a repository and reaches to where the next begins. */
export class IndexWriter {
  readonly #connection: SQLite.Database;
  readonly #statements = new Map<string, SQLite.Statement<unknown[]>>();

  constructor(connection: SQLite.Database) {
    this.#connection = connection;
  }

  /** As {@link Work.apply}. */
  apply(entries: readonly IndexEntry[], since: number): readonly string[] {
    this.#connection.exec('BEGIN IMMEDIATE');
    try {
      const again = this.#applyAll(entries, since);
      this.#connection.exec('COMMIT');
      return again;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #rollBack(): void {
    try {
      this.#connection.exec('ROLLBACK');
    } catch {
      // SQLite has done so already after some errors; the first error is the one to tell.
    }
  }

  #applyAll(entries: readonly IndexEntry[], since: number): readonly string[] {
    const [state] = this.#rows('SELECT writing, horizon FROM state');
    const writing = Number(state?.[0]) + 1;
    const isForgotten = since < Number(state?.[1]);
    const again: string[] = [];
    for (const entry of entries) {
      const [changed] = this.#rows('SELECT writing FROM change WHERE name = ?', entry.name);
      if (isForgotten || (changed !== undefined && Number(changed[0]) > since)) again.push(entry.name);
      else this.#write(entry, writing);
    }
    this.#run('UPDATE state SET writing = ?, horizon = max(horizon, ?)', writing, this.#forget());
    return again;
  }

  /** @returns the last writing that nothing is remembered of any more. */
  #forget(): number {
    const [first] = this.#rows(
      'SELECT writing FROM change ORDER BY writing DESC LIMIT 1 OFFSET ?',
      REMEMBERED,
    );
    if (first === undefined) return 0;
    const horizon = Number(first[0]);
    this.#run('DELETE FROM change WHERE writing <= ?', horizon);
    return horizon;
  }

  #write({ name, description }: IndexEntry, writing: number): void {
    this.#run('INSERT OR REPLACE INTO change VALUES (?, ?)', name, writing);
    const { length } = name;
    const [present] = this.#rows(
      'SELECT description FROM repository WHERE length = ? AND name = ?',
      length,
      name,
    );
    if (present?.[0] === description) return;
    const [block] = this.#rows(BLOCK_OF, length, name);
    const place: Place = [Number(block?.[0]), String(block?.[1])];
    let lines = Number(block?.[2]);
    if (description === undefined) {
      this.#run('DELETE FROM repository WHERE length = ? AND name = ?', length, name);
      lines -= 1;
    } else {
      this.#run(
        'INSERT OR REPLACE INTO repository VALUES (?, ?, ?, ?)',
        length,
        name,
        lineOf(name, description),
        description,
      );
      if (present === undefined) lines += 1;
    }
    if (lines > MOST_LINES) this.#divide(place, lines, writing);
    else this.#keep(place, lines, writing);
  }

  #keep([length, name]: Place, lines: number, writing: number): void {
    // The first block takes what comes before all others, so it stays when it is empty.
    if (lines === 0 && length > 0) this.#run('DELETE FROM block WHERE length = ? AND name = ?', length, name);
    else
      this.#run(
        'UPDATE block SET lines = ?, writing = ? WHERE length = ? AND name = ?',
        lines,
        writing,
        length,
        name,
      );
  }

  #divide(place: Place, lines: number, writing: number): void {
    const half = lines >> 1;
    const [middle] = this.#rows(
      'SELECT length, name FROM repository WHERE (length, name) >= (?, ?) ORDER BY length, name LIMIT 1 OFFSET ?',
      ...place,
      half,
    );
    this.#run('INSERT INTO block VALUES (?, ?, ?, ?)', middle?.[0], middle?.[1], writing, lines - half);
    this.#keep(place, half, writing);
  }

  #rows(sql: string, ...values: unknown[]): unknown[][] {
    return this.#statement(sql)
      .raw()
      .all(...values) as unknown[][];
  }

  #run(sql: string, ...values: unknown[]): void {
    this.#statement(sql).run(...values);
  }

  #statement(sql: string): SQLite.Statement<unknown[]> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#connection.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}
