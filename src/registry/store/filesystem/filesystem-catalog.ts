import { readdir } from 'node:fs/promises';
import { Repository } from '../../model/repository.js';
import type { Catalog, Listing, Page } from '../contracts.js';
import type { Layout } from './layout.js';
import { isPresent } from './presence.js';
import { orUndefined } from './system-error.js';

/** Repositories as directories: found by walking, and never by more of a walk than a page needs. */
export class FilesystemCatalog implements Catalog {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  async has(repository: Repository): Promise<boolean> {
    return (
      (await isPresent(this.#layout.layers(repository))) ||
      (await isPresent(this.#layout.manifests(repository)))
    );
  }

  async list({ after, limit }: Page): Promise<Listing> {
    const names: string[] = [];
    if (limit === 0) return { names, more: false };
    for await (const name of this.#walk('', after ?? '')) {
      if (names.length === limit) return { names, more: true };
      names.push(name);
    }
    return { names, more: false };
  }

  /** Repositories below a prefix in byte order, from the first one that comes after a name. */
  async *#walk(prefix: string, after: string): AsyncGenerator<string> {
    const entries = await orUndefined(
      readdir(`${this.#layout.repositories}/${prefix}`, { withFileTypes: true }),
    );
    const places: string[] = [];
    for (const entry of entries ?? []) {
      // A symbolic link may lead back up, so a walk never follows one.
      if (!entry.isDirectory()) continue;
      // What lies below a/ sorts after a-b and a.b, but before a0: so the name and what is below it are two places.
      if (Repository.read(prefix + entry.name) !== undefined) places.push(entry.name, `${entry.name}/`);
    }
    for (const place of places.sort()) {
      const name = prefix + place;
      if (place.endsWith('/')) {
        if (name > after || after.startsWith(name)) yield* this.#walk(name, after);
      } else if (name > after) {
        const repository = Repository.read(name);
        if (repository !== undefined && (await this.has(repository))) yield name;
      }
    }
  }
}
