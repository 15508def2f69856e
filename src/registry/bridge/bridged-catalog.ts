import type { Repository } from '../model/repository.js';
import { V1Repository } from '../model/v1/v1-repository.js';
import type { Catalog, Listing, Page } from '../store/contracts.js';
import type { V1Stores } from '../store/v1-contracts.js';
import type { V1Catalog } from './v1-catalog.js';

/** Repositories of both APIs. */
export class BridgedCatalog implements Catalog {
  readonly #inner: Catalog;
  readonly #v1: V1Stores;
  readonly #names: V1Catalog;

  constructor(inner: Catalog, v1: V1Stores, names: V1Catalog) {
    this.#inner = inner;
    this.#v1 = v1;
    this.#names = names;
  }

  async has(repository: Repository): Promise<boolean> {
    if (await this.#inner.has(repository)) return true;
    const origin = V1Repository.of(repository);
    return origin !== undefined && this.#v1.repositories.has(origin);
  }

  async list(page: Page): Promise<Listing> {
    const { after = '', limit } = page;
    if (limit === 0) return { names: [], more: false };
    const [listing, others] = await Promise.all([
      this.#inner.list(page),
      this.#names.following(after, limit + 1),
    ]);
    const names = [...new Set([...listing.names, ...others])].sort();
    return { names: names.slice(0, limit), more: listing.more || names.length > limit };
  }
}
