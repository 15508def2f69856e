import { ReadOnly, type V1Stores } from '../v1-contracts.js';

async function refuse(): Promise<never> {
  throw new ReadOnly();
}

/** The same stores, where nothing can be written. */
export function readOnly({ images, pushes, tags, repositories }: V1Stores): V1Stores {
  return {
    isReadOnly: true,
    images: {
      find: (id) => images.find(id),
      // Where nothing is written, nothing is cleaned up.
      keep: (id) => images.find(id),
      layer: (id) => images.layer(id),
      layerFile: (id) => images.layerFile(id),
      ids: () => images.ids(),
    },
    pushes: {
      begin: refuse,
      receive: refuse,
      received: (id, payload) => pushes.received(id, payload),
      complete: refuse,
      adopt: refuse,
    },
    tags: {
      list: (repository) => tags.list(repository),
      get: (repository, tag) => tags.get(repository, tag),
      description: (repository, tag) => tags.description(repository, tag),
      put: refuse,
      remove: refuse,
    },
    repositories: {
      has: (repository) => repositories.has(repository),
      list: () => repositories.list(),
      images: (repository) => repositories.images(repository),
      isPrivate: (repository) => repositories.isPrivate(repository),
      announce: refuse,
      setPrivate: refuse,
      remove: refuse,
    },
  };
}
