import { Tag } from '../model/reference.js';
import type { V1RepositoryStore, V1Stores, V1TagStore } from '../store/v1-contracts.js';
import type { TagLocks } from './tag-locks.js';
import type { V1Catalog } from './v1-catalog.js';

/** Is locked while the list of a repository's images is changed. A tag of this name would share the lock, which does no harm. */
const ANNOUNCED = [Tag.read('_index_images')].filter((tag) => tag !== undefined);

/**
 * The same stores; they tell the catalog which repositories come and go. Lists of images, which are read and written again,
 * change one at a time in all processes.
 */
export function notedV1(v1: V1Stores, catalog: V1Catalog, locks: TagLocks): V1Stores {
  const { tags: innerTags, repositories: innerRepositories } = v1;
  const tags: V1TagStore = {
    list: (repository) => innerTags.list(repository),
    get: (repository, tag) => innerTags.get(repository, tag),
    description: (repository, tag) => innerTags.description(repository, tag),
    remove: (repository, tag, writing) => innerTags.remove(repository, tag, writing),
    put: async (repository, tag, image, description) => {
      const isNew = !(await innerRepositories.has(repository));
      await innerTags.put(repository, tag, image, description);
      if (isNew) await catalog.note(repository);
    },
  };
  const repositories: V1RepositoryStore = {
    has: (repository) => innerRepositories.has(repository),
    list: () => innerRepositories.list(),
    images: (repository) => innerRepositories.images(repository),
    isPrivate: (repository) => innerRepositories.isPrivate(repository),
    setPrivate: (repository, isPrivate) => innerRepositories.setPrivate(repository, isPrivate),
    announce: async (repository, images) => {
      const isNew = !(await innerRepositories.has(repository));
      await locks.hold(repository, ANNOUNCED, () => innerRepositories.announce(repository, images));
      if (isNew) await catalog.note(repository);
    },
    remove: async (repository) => {
      const hasRemoved = await innerRepositories.remove(repository);
      await catalog.note(repository);
      return hasRemoved;
    },
  };
  return { ...v1, tags, repositories };
}
