import { Tag } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import { V1Repository } from '../model/v1/v1-repository.js';
import type { Listing, ManifestStore, Page, TagStore } from '../store/contracts.js';
import { keyOf, nameOf } from '../store/filesystem/tag-names.js';
import type { StoredTag } from '../store/v1-contracts.js';
import type { BridgeParts } from './bridged-manifests.js';
import { heldByReadOnly, successorsOf } from './v1-tags.js';

/** Tags of both APIs. */
export class BridgedTags implements TagStore {
  readonly #parts: BridgeParts<TagStore>;
  /** Of the v2 API alone. */
  readonly #manifests: ManifestStore;

  constructor(parts: BridgeParts<TagStore>, manifests: ManifestStore) {
    this.#parts = parts;
    this.#manifests = manifests;
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
    const { inner, v1, locks } = this.#parts;
    const origin = V1Repository.of(repository);
    const stored = origin === undefined ? undefined : await v1.tags.get(origin, tag);
    if (origin === undefined || stored === undefined) return inner.remove(repository, tag);
    if (v1.isReadOnly) {
      if (await this.#isBridged(repository, tag, stored)) throw heldByReadOnly(origin, `the tag ${tag}`);
      return inner.remove(repository, tag);
    }
    return locks.hold(origin, [tag], async () => {
      const hasRemoved = await v1.tags.remove(origin, tag, stored.writing);
      // The same tag is seen as `x` and as `library/x`, and must not come back through the other.
      for (const sibling of successorsOf(origin)) {
        if (sibling.name === repository.name) continue;
        if (await this.#isBridged(sibling, tag, stored)) await inner.remove(sibling, tag);
      }
      return (await inner.remove(repository, tag)) || hasRemoved;
    });
  }

  /** Tells whether the tag is nothing but the v1 side's. */
  async #isBridged(repository: Repository, tag: Tag, { image }: StoredTag): Promise<boolean> {
    const manifest = await this.#manifests.get(repository, tag);
    if (manifest === undefined) return true;
    return (await this.#parts.origins.of(manifest.digest)).some((each) => each.equals(image));
  }
}
