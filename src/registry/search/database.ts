import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type SQLite from 'libsql';
import { DatabaseFile } from './database-file.js';

/** Raised whenever what is kept, or how texts are compared, changes: an index of another version is made anew. */
const VERSION = 1;

/** Milliseconds to wait for another process that writes. */
const BUSY = 5_000;

/** `writing` numbers what is written; `change` tells of each name the last of it, down to `horizon`. */
const SCHEMA = `
CREATE TABLE repository (
  length INTEGER NOT NULL, name TEXT NOT NULL, line TEXT NOT NULL, description TEXT NOT NULL,
  PRIMARY KEY (length, name)
) WITHOUT ROWID;
CREATE UNIQUE INDEX repository_by_name ON repository (name);
CREATE TABLE block (
  length INTEGER NOT NULL, name TEXT NOT NULL, writing INTEGER NOT NULL, lines INTEGER NOT NULL,
  PRIMARY KEY (length, name)
) WITHOUT ROWID;
CREATE TABLE change (name TEXT PRIMARY KEY, writing INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX change_by_writing ON change (writing);
CREATE TABLE state (writing INTEGER NOT NULL, horizon INTEGER NOT NULL, complete INTEGER NOT NULL);
INSERT INTO state VALUES (0, 0, 0);
INSERT INTO block VALUES (0, '', 0, 0);
PRAGMA user_version = ${VERSION};
`;

type Library = typeof SQLite;

/** A database that is open, and the file that it is. */
export interface OpenDatabase {
  readonly connection: SQLite.Database;
  readonly path: string;
  readonly identity: string | undefined;
}

/** What SQLite says of a file that is no database, or is a damaged one. */
const DAMAGE = /^SQLITE_(?:CORRUPT|NOTADB|FORMAT)|malformed|not a database/;

/** Tells whether an error means that the database has to be made anew. */
export function isDamage(error: unknown): boolean {
  if (error instanceof Damaged) return true;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return DAMAGE.test(code) || DAMAGE.test(error.message) || /no such (?:table|column)/.test(error.message);
}

/** The file is a database, but not this one. */
export class Damaged extends Error {
  readonly code = 'INDEX_DAMAGED';
}

/** Opens the database that counts, and makes another when there is none or it is damaged. */
export class DatabaseOpening {
  readonly #library: Library;
  readonly #file: DatabaseFile;
  readonly #directory: string;

  constructor(library: Library, path: string) {
    this.#library = library;
    this.#file = new DatabaseFile(path);
    this.#directory = dirname(path);
  }

  /** @throws the system's or SQLite's error when it can be neither opened nor made. */
  open(): OpenDatabase {
    mkdirSync(this.#directory, { recursive: true });
    for (;;) {
      const path = this.#file.current() ?? this.#make();
      let opened: OpenDatabase;
      try {
        opened = this.#openAt(path);
      } catch (error) {
        if (!isDamage(error)) throw error;
        this.replace(path);
        continue;
      }
      if (this.#file.isCurrent(path, opened.identity)) return opened;
      opened.connection.close();
    }
  }

  isCurrent({ path, identity }: OpenDatabase): boolean {
    return this.#file.isCurrent(path, identity);
  }

  /** Puts an empty database in the place of a damaged one, unless somebody else has done so. */
  replace(path: string): void {
    if (this.#file.current() === path) this.#make();
    this.#file.removeOthers();
  }

  #make(): string {
    const path = this.#file.next();
    // Whoever opens it makes the tables, under SQLite's own lock.
    writeFileSync(path, '', { flag: 'wx' });
    return path;
  }

  #openAt(path: string): OpenDatabase {
    const identity = this.#file.identity(path);
    const connection = new this.#library(path, { timeout: BUSY / 1_000 });
    try {
      connection.exec(`PRAGMA busy_timeout = ${BUSY}`);
      connection.exec('PRAGMA journal_mode = WAL');
      connection.exec('PRAGMA synchronous = NORMAL');
      connection.exec('PRAGMA cache_size = -16384');
      connection.exec('PRAGMA journal_size_limit = 8388608');
      this.#requireTables(connection);
      const [check] = rows(connection, 'PRAGMA quick_check(1)');
      if (check?.[0] !== 'ok') throw new Damaged(`the check of the index says: ${String(check?.[0])}`);
      return { connection, path, identity };
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  #requireTables(connection: SQLite.Database): void {
    connection.exec('BEGIN IMMEDIATE');
    try {
      const version = rows(connection, 'PRAGMA user_version')[0]?.[0];
      const tables = rows(connection, 'SELECT count(*) FROM sqlite_schema')[0]?.[0];
      if (version === 0 && tables === 0) connection.exec(SCHEMA);
      else if (version !== VERSION) throw new Damaged('the index is of another version');
      connection.exec('COMMIT');
    } catch (error) {
      connection.exec('ROLLBACK');
      throw error;
    }
  }
}

/** Runs a query. @returns the values of each row, in the order of the columns. */
export function rows(connection: SQLite.Database, sql: string, ...values: unknown[]): unknown[][] {
  return connection
    .prepare(sql)
    .raw()
    .all(...values) as unknown[][];
}
