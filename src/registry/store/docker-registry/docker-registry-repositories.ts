import { opendir, readdir } from 'node:fs/promises';
import { V1Repository } from '../../model/v1/v1-repository.js';
import type { DurableFiles } from '../filesystem/durable-files.js';
import { isPresent } from '../filesystem/presence.js';
import { orUndefined } from '../filesystem/system-error.js';
import { Turns } from '../filesystem/turns.js';
import type { ListedImage, V1RepositoryStore } from '../v1-contracts.js';
import { AnnouncedLists, readAnnounced } from './announced-lists.js';
import type { DockerRegistryLayout } from './docker-registry-layout.js';
import { mergeLists, validEntries } from './listed-images.js';

/** Repositories in docker-registry's layout: a directory each, which is there while anything is in it. */
export class DockerRegistryRepositories implements V1RepositoryStore {
  readonly #layout: DockerRegistryLayout;
  readonly #files: DurableFiles;
  readonly #announced = new AnnouncedLists();
  readonly #turns = new Turns();

  constructor(layout: DockerRegistryLayout, files: DurableFiles) {
    this.#layout = layout;
    this.#files = files;
  }

  has(repository: V1Repository): Promise<boolean> {
    return hasEntries(this.#layout.repository(repository));
  }

  async *list(): AsyncGenerator<V1Repository> {
    const { repositories } = this.#layout;
    // A slash comes after some characters of names, so namespaces are ordered with it.
    const namespaces = (await namesIn(repositories)).map((name) => `${name}/`).sort();
    for (const namespace of namespaces) {
      for (const name of (await namesIn(`${repositories}/${namespace}`)).sort()) {
        const repository = V1Repository.read(namespace.slice(0, -1), name);
        if (repository !== undefined && (await this.has(repository))) yield repository;
      }
    }
  }

  images(repository: V1Repository): Promise<readonly ListedImage[] | undefined> {
    return this.#announced.read(this.#layout.announced(repository));
  }

  announce(repository: V1Repository, images: readonly ListedImage[]): Promise<void> {
    return this.#turns.take(repository.toString(), async () => {
      const stored = await readAnnounced(this.#layout.announced(repository));
      const announced = validEntries(images);
      // Only what was announced first has tags: clients that pull all tags would fetch what has lost its tag long ago.
      const list = stored === undefined ? announced : mergeLists(stored, announced);
      await this.#files.write(this.#layout.announced(repository), JSON.stringify(list));
    });
  }

  isPrivate(repository: V1Repository): Promise<boolean> {
    return isPresent(this.#layout.privacy(repository));
  }

  async setPrivate(repository: V1Repository, isPrivate: boolean): Promise<void> {
    const path = this.#layout.privacy(repository);
    if (isPrivate) await this.#files.write(path, '');
    else await this.#files.remove(path);
  }

  async remove(repository: V1Repository): Promise<boolean> {
    if (!(await this.has(repository))) return false;
    const directory = this.#layout.repository(repository);
    const staged = await this.#files.withdraw(directory);
    if (staged === undefined) return false;
    await this.#files.syncParent(directory);
    await this.#files.discard(staged);
    return true;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  return (await orUndefined(readdir(directory))) ?? [];
}

async function hasEntries(directory: string): Promise<boolean> {
  const entries = await orUndefined(opendir(directory));
  if (entries === undefined) return false;
  try {
    return (await entries.read()) !== null;
  } finally {
    await entries.close();
  }
}
