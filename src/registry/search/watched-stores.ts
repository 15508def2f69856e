import type { Stores } from '../store/contracts.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { nameOfV1 } from './names.js';

/** Is told the name of a repository, as it is in the index, when something may have changed in it. */
export type Note = (name: string) => void;

/** The same stores. What is written through them is noted when it is done, also when it has failed half-way. */
export function watchedStores(stores: Stores, note: Note): Stores {
  const { manifests, tags } = stores;
  return {
    ...stores,
    manifests: {
      get: manifests.get.bind(manifests),
      keep: manifests.keep.bind(manifests),
      put: (repository, ...rest) => noted(manifests.put(repository, ...rest), repository.name, note),
      remove: (repository, digest) => noted(manifests.remove(repository, digest), repository.name, note),
    },
    tags: {
      list: tags.list.bind(tags),
      remove: (repository, tag) => noted(tags.remove(repository, tag), repository.name, note),
    },
  };
}

/** As {@link watchedStores}, for the v1 API. */
export function watchedV1(v1: V1Stores, note: Note): V1Stores {
  const { tags, repositories } = v1;
  return {
    ...v1,
    tags: {
      list: tags.list.bind(tags),
      get: tags.get.bind(tags),
      description: tags.description.bind(tags),
      put: (repository, ...rest) => noted(tags.put(repository, ...rest), nameOfV1(repository), note),
      remove: (repository, ...rest) => noted(tags.remove(repository, ...rest), nameOfV1(repository), note),
    },
    repositories: {
      has: repositories.has.bind(repositories),
      list: repositories.list.bind(repositories),
      images: repositories.images.bind(repositories),
      isPrivate: repositories.isPrivate.bind(repositories),
      setPrivate: repositories.setPrivate.bind(repositories),
      announce: (repository, images) =>
        noted(repositories.announce(repository, images), nameOfV1(repository), note),
      remove: (repository) => noted(repositories.remove(repository), nameOfV1(repository), note),
    },
  };
}

async function noted<Result>(work: Promise<Result>, name: string, note: Note): Promise<Result> {
  try {
    return await work;
  } finally {
    note(name);
  }
}
