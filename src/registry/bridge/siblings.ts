import type { Tag } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import type { ManifestStore, TagStore } from '../store/contracts.js';
import type { StoredTag } from '../store/v1-contracts.js';
import type { Origins } from './origins.js';
import { successorsOf } from './v1-tags.js';

/**
 * The same v1 tag is seen as `x` and as `library/x`: what was made of it under one name must not outlive it when it is
 * replaced or deleted under the other.
 */
export class Siblings {
  readonly #manifests: ManifestStore;
  readonly #tags: TagStore;
  readonly #origins: Origins;

  /** @param manifests and tags of the v2 API alone. */
  constructor(manifests: ManifestStore, tags: TagStore, origins: Origins) {
    this.#manifests = manifests;
    this.#tags = tags;
    this.#origins = origins;
  }

  /** Tells whether a tag of the v2 API is nothing but the v1 side's. */
  async isBridged(repository: Repository, tag: Tag, { image }: StoredTag): Promise<boolean> {
    const manifest = await this.#manifests.get(repository, tag);
    if (manifest === undefined) return true;
    return (await this.#origins.of(manifest.digest)).some((each) => each.equals(image));
  }

  /**
   * Removes what was made of a v1 tag under its other names. To be called before the v1 tag goes, and with its lock: what
   * is removed is then made again as long as the v1 tag is there, and at no other time.
   */
  async remove(origin: V1Repository, repository: Repository, tag: Tag, stored: StoredTag): Promise<void> {
    for (const sibling of successorsOf(origin)) {
      if (sibling.name === repository.name) continue;
      if (await this.isBridged(sibling, tag, stored)) await this.#tags.remove(sibling, tag);
    }
  }
}
