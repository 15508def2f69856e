import { Tag } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import { V1Repository } from '../model/v1/v1-repository.js';
import type { Listing, Page, TagStore } from '../store/contracts.js';
import { keyOf, nameOf } from '../store/filesystem/tag-names.js';
import type { BridgeParts } from './bridged-manifests.js';
import { heldByReadOnly } from './v1-tags.js';

/** Tags of both APIs. */
export class BridgedTags implements TagStore {
  readonly #parts: BridgeParts<TagStore>;

  constructor(parts: BridgeParts<TagStore>) {
    this.#parts = parts;
  }

  async list(repository: Repository, page: Page): Promise<Listing | undefined> {
    const { inner, v1 } = this.#parts;
    const origin = V1Repository.of(repository);
    const [listing, tags] = await Promise.all([
      inner.list(repository, page),
      origin === undefined ? undefined : v1.tags.list(origin),
    ]);
    if (tags === undefined) return listing;
    if (page.limit === 0) return { names: [], more: false };
    const after = page.after === undefined ? '' : keyOf(page.after);
    const keys = new Set((listing?.names ?? []).map(keyOf));
    for (const name of tags.keys()) {
      const key = keyOf(name);
      if (key > after && Tag.read(name) !== undefined) keys.add(key);
    }
    const names = [...keys].sort().map(nameOf);
    const more = listing?.more === true || names.length > page.limit;
    return { names: names.slice(0, page.limit), more };
  }

  async remove(repository: Repository, tag: Tag): Promise<boolean> {
    const { inner, v1, locks, siblings } = this.#parts;
    const origin = V1Repository.of(repository);
    const stored = origin === undefined ? undefined : await v1.tags.get(origin, tag);
    if (origin === undefined || stored === undefined) return inner.remove(repository, tag);
    if (v1.isReadOnly) {
      if (await siblings.isBridged(repository, tag, stored)) throw heldByReadOnly(origin, `the tag ${tag}`);
      return inner.remove(repository, tag);
    }
    return locks.hold(origin, [tag], async () => {
      await siblings.remove(origin, repository, tag, stored);
      const hasRemoved = await v1.tags.remove(origin, tag, stored.writing);
      return (await inner.remove(repository, tag)) || hasRemoved;
    });
  }
}
