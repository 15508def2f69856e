import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BoundedMap } from '../bounded-map.js';
import { parseJson } from '../model/json.js';
import type { Layout } from '../store/filesystem/layout.js';
import { openToRead } from '../store/filesystem/opening.js';

/** Records remembered in memory. */
const REMEMBERED = 10_000;

/** Bytes of a record: the longest hold some names of repositories. */
const BIGGEST = 8192;

/** A kind of record: how it is written, and how it is read from what a file holds. */
export interface RecordForm<Value> {
  /** Below the directory of all records. */
  readonly folder: string;
  /** @returns undefined for what is no such record. */
  read(value: unknown): Value | undefined;
  /** A value for `JSON.stringify`. */
  write(value: Value): unknown;
}

/**
 * Small things found out about images, a file each, so that every process knows them, also after a restart. All of it can
 * be found out again: nothing waits for the disk, and where nothing can be written they are only remembered.
 */
export class RecordFolder<Value> {
  readonly #layout: Layout;
  readonly #directory: string;
  readonly #form: RecordForm<Value>;
  readonly #known = new BoundedMap<Value>(REMEMBERED);

  /** @param directory of all records. */
  constructor(layout: Layout, directory: string, form: RecordForm<Value>) {
    this.#layout = layout;
    this.#directory = join(directory, form.folder);
    this.#form = form;
  }

  /** @param hex the name of the record: hex digits. */
  async get(hex: string): Promise<Value | undefined> {
    return this.#known.get(hex) ?? this.reread(hex);
  }

  /** What is remembered of a record, without a look at its file. */
  recall(hex: string): Value | undefined {
    return this.#known.get(hex);
  }

  /** As {@link get}, from the file: another process may have written it anew. */
  async reread(hex: string): Promise<Value | undefined> {
    const bytes = await this.#bytes(hex).catch(() => undefined);
    const value = bytes === undefined ? undefined : this.#form.read(parseJson(bytes));
    if (value !== undefined) this.#known.set(hex, value);
    return value;
  }

  async put(hex: string, value: Value): Promise<void> {
    this.#known.set(hex, value);
    const staged = this.#layout.staged();
    try {
      await mkdir(dirname(staged), { recursive: true });
      await writeFile(staged, JSON.stringify(this.#form.write(value)), { flag: 'wx' });
      await mkdir(dirname(this.#path(hex)), { recursive: true });
      await rename(staged, this.#path(hex));
    } catch {
      await rm(staged, { force: true }).catch(() => undefined);
    }
  }

  async #bytes(hex: string): Promise<Uint8Array | undefined> {
    const file = await openToRead(this.#path(hex));
    if (file === undefined) return undefined;
    try {
      if (!(await file.stat()).isFile()) return undefined;
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(BIGGEST), 0, BIGGEST, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  #path(hex: string): string {
    return `${this.#directory}/${hex.slice(0, 2)}/${hex}`;
  }
}
