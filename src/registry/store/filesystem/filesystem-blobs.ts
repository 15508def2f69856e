import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import type { FileBody } from '../../../exchange/reply.js';
import type { Digest } from '../../model/digest.js';
import type { Repository } from '../../model/repository.js';
import type { BlobStore, StoredBlob } from '../contracts.js';
import type { DurableFiles } from './durable-files.js';
import type { Layout } from './layout.js';
import { isPresent } from './presence.js';
import { orUndefined } from './system-error.js';

/** Blobs as files: a link lets a repository hold the content that all repositories share. */
export class FilesystemBlobs implements BlobStore {
  readonly #layout: Layout;
  readonly #files: DurableFiles;

  constructor(layout: Layout, files: DurableFiles) {
    this.#layout = layout;
    this.#files = files;
  }

  async find(repository: Repository, digest: Digest): Promise<StoredBlob | undefined> {
    const path = this.#layout.blob(digest);
    const [held, status] = await Promise.all([
      isPresent(this.#layout.layerLink(repository, digest)),
      orUndefined(stat(path)),
    ]);
    if (!held || status === undefined) return undefined;
    return { size: status.size, open: (start, length) => openPart(path, start, length) };
  }

  async mount(digest: Digest, from: Repository, to: Repository): Promise<boolean> {
    if ((await this.find(from, digest)) === undefined) return false;
    await this.hold(to, digest);
    return true;
  }

  remove(repository: Repository, digest: Digest): Promise<boolean> {
    return this.#files.remove(this.#layout.layerLink(repository, digest));
  }

  /** Moves a checked and synced file to where the content of its digest lies, and lets the repository hold it. */
  async adopt(path: string, repository: Repository, digest: Digest): Promise<void> {
    await this.#files.place(path, this.#layout.blob(digest));
    await this.hold(repository, digest);
  }

  /** Lets a repository hold content that is in its place. */
  async hold(repository: Repository, digest: Digest): Promise<void> {
    await this.#files.write(this.#layout.layerLink(repository, digest), digest.toString());
    if (digest.algorithm !== 'sha256') await this.#files.makeDirectory(this.#layout.layers(repository));
  }
}

async function openPart(path: string, start: number, length: number): Promise<FileBody | undefined> {
  const file: FileHandle | undefined = await orUndefined(open(path, 'r'));
  return file === undefined ? undefined : { file, start, length };
}
