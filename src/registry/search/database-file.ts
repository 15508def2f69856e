import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const DIGITS = 15;

/**
 * The file of a database that several processes use and that any of them may replace. A replacement has a name of its own,
 * `search-<number>.sqlite` for `search.sqlite`, and the highest number counts: SQLite removes a write-ahead log by its name
 * when the last connection closes, so a name that is used again would let the old database take away the log of the new.
 */
export class DatabaseFile {
  readonly #directory: string;
  readonly #prefix: string;
  readonly #suffix = '.sqlite';

  /** @param path `<directory>/<name>.sqlite`. */
  constructor(path: string) {
    this.#directory = dirname(path);
    this.#prefix = `${basename(path, this.#suffix)}-`;
  }

  /** The path that counts; undefined when there is none. */
  current(): string | undefined {
    const names = this.#names();
    const last = names.at(-1);
    return last === undefined ? undefined : join(this.#directory, last);
  }

  /** The path of a database that shall count from when it is there. */
  next(): string {
    const last = Number(this.#names().at(-1)?.slice(this.#prefix.length, -this.#suffix.length) ?? 0);
    const number = String(Math.max(Date.now(), last + 1)).padStart(DIGITS, '0');
    return join(this.#directory, `${this.#prefix}${number}${this.#suffix}`);
  }

  /** Removes all that do not count. Those who have them open notice by {@link isCurrent}. */
  removeOthers(): void {
    const names = this.#names();
    for (const name of names.slice(0, -1)) {
      for (const end of ['', '-wal', '-shm', '-journal']) {
        rmSync(join(this.#directory, `${name}${end}`), { force: true, recursive: true });
      }
    }
  }

  /** Which file lies at a path: two are the same only when this is. Undefined when there is none. */
  identity(path: string): string | undefined {
    const status = statSync(path, { throwIfNoEntry: false });
    return status === undefined ? undefined : `${status.dev}:${status.ino}`;
  }

  /** Tells whether the file that was opened is still the one that counts. */
  isCurrent(path: string, identity: string | undefined): boolean {
    return this.current() === path && this.identity(path) === identity;
  }

  #names(): string[] {
    const pattern = new RegExp(`^\\d{${DIGITS}}$`);
    return readdirSync(this.#directory)
      .filter((name) => name.startsWith(this.#prefix) && name.endsWith(this.#suffix))
      .filter((name) => pattern.test(name.slice(this.#prefix.length, -this.#suffix.length)))
      .sort();
  }
}
