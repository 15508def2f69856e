import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseJson } from '../model/json.js';

/**
 * Small JSON files of what can be found out again: nothing waits for the disk, a broken one counts as none, and where
 * nothing can be written there are none.
 */
export class DerivedFiles {
  readonly #directory: string;

  /** @param directory made when the first file is written. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @param name below the directory; made of checked parts. @returns undefined when there is none. */
  async read(name: string): Promise<unknown> {
    try {
      return parseJson(await readFile(`${this.#directory}/${name}`));
    } catch {
      return undefined;
    }
  }

  /** Writes a file at once whole. */
  async write(name: string, value: unknown): Promise<void> {
    const path = `${this.#directory}/${name}`;
    const next = `${path}.${randomUUID()}`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(next, JSON.stringify(value));
      await rename(next, path);
    } catch {
      await rm(next, { force: true }).catch(() => undefined);
    }
  }

  async remove(name: string): Promise<void> {
    await rm(`${this.#directory}/${name}`, { force: true }).catch(() => undefined);
  }

  /** Names in a directory below, in their order. */
  async names(directory: string): Promise<string[]> {
    try {
      return (await readdir(`${this.#directory}/${directory}`)).sort();
    } catch {
      return [];
    }
  }
}
