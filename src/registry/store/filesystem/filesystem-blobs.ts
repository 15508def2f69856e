import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { inGroups } from '../../batches.js';
import type { Digest } from '../../model/digest.js';
import type { Repository } from '../../model/repository.js';
import type { BlobStore, StoredBlob } from '../contracts.js';
import { StoredContentDamaged } from '../failure.js';
import type { DurableFiles } from './durable-files.js';
import { freshen, touch } from './freshness.js';
import type { IntegrityLedger } from './integrity-ledger.js';
import { openContent, refuseDamaged } from './integrity-opening.js';
import { JoinedWork } from './joined-work.js';
import type { Layout } from './layout.js';
import { isPresent } from './presence.js';
import { walkRepositories } from './repository-walk.js';
import { orUndefined } from './system-error.js';
import type { Trash } from './trash.js';
import { Turns } from './turns.js';

/** Repositories looked at side by side. */
const WIDTH = 32;

/** Repositories that a search for a blob looks at: a client that names the one it means is not in need of it. */
const SEARCHED = 1024;

/** Blobs as files: a link lets a repository hold the content that all repositories share. */
export class FilesystemBlobs implements BlobStore {
  readonly #layout: Layout;
  readonly #files: DurableFiles;
  readonly #trash: Trash;
  readonly #ledger: IntegrityLedger;
  readonly #searches = new JoinedWork<Repository[]>();
  readonly #turns = new Turns();

  constructor(layout: Layout, files: DurableFiles, trash: Trash, ledger: IntegrityLedger) {
    this.#layout = layout;
    this.#files = files;
    this.#trash = trash;
    this.#ledger = ledger;
  }

  async find(repository: Repository, digest: Digest): Promise<StoredBlob | undefined> {
    const path = this.#layout.blob(digest);
    const [held, status] = await Promise.all([
      isPresent(this.#layout.layerLink(repository, digest)),
      orUndefined(stat(path)),
    ]);
    if (!held) return undefined;
    const found = status ?? (await this.#rescued(path));
    return found === undefined ? undefined : this.#stored(digest, path, found);
  }

  async keep(repository: Repository, digest: Digest): Promise<StoredBlob | undefined> {
    const path = this.#layout.blob(digest);
    const [link, status] = await Promise.all([
      freshen(this.#layout.layerLink(repository, digest)),
      freshen(path),
    ]);
    if (link === undefined) return undefined;
    const found = status ?? (await this.#rescued(path));
    return found === undefined ? undefined : this.#stored(digest, path, found);
  }

  async *holders(digest: Digest): AsyncGenerator<Repository> {
    if (!(await isPresent(this.#layout.blob(digest)))) return;
    // A search goes through directories, and anybody may ask for as many as they like.
    const search = (): Promise<Repository[]> => this.#turns.take('search', () => this.#search(digest));
    yield* await this.#searches.join(digest.toString(), search);
  }

  async #search(digest: Digest): Promise<Repository[]> {
    const holders: Repository[] = [];
    let looked = 0;
    for await (const group of inGroups(walkRepositories(this.#layout), WIDTH)) {
      const held = await Promise.all(group.map((each) => isPresent(this.#layout.layerLink(each, digest))));
      holders.push(...group.filter((_, index) => held[index] === true));
      looked += group.length;
      if (looked >= SEARCHED) break;
    }
    return holders;
  }

  async mount(digest: Digest, from: Repository, to: Repository): Promise<boolean> {
    try {
      if ((await this.keep(from, digest)) === undefined) return false;
    } catch (error) {
      // The client then uploads it, which heals it.
      if (error instanceof StoredContentDamaged) return false;
      throw error;
    }
    await this.hold(to, digest);
    return (await this.#rescued(this.#layout.blob(digest))) !== undefined;
  }

  remove(repository: Repository, digest: Digest): Promise<boolean> {
    return this.#files.remove(this.#layout.layerLink(repository, digest));
  }

  /**
   * Moves a checked file to where the content of its digest lies, and lets the repository hold it.
   *
   * @param ready waits until the file is on the disk.
   */
  async adopt(
    from: string,
    repository: Repository,
    digest: Digest,
    ready: () => Promise<void>,
  ): Promise<void> {
    // The file is as old as the upload's last byte, and clean-up goes by its age from the moment it is in its place.
    await touch(from);
    await this.#files.publish([
      { path: this.#layout.blob(digest), content: { from, ready } },
      { path: this.#layout.layerLink(repository, digest), content: digest.toString() },
    ]);
    await this.#show(repository, digest);
    if ((await this.#rescued(this.#layout.blob(digest))) !== undefined) return;
    throw new Error(`the content of ${digest} has vanished while it was stored`);
  }

  /** Lets a repository hold content that is in its place. */
  async hold(repository: Repository, digest: Digest): Promise<void> {
    await this.#files.write(this.#layout.layerLink(repository, digest), digest.toString());
    await this.#show(repository, digest);
  }

  /** Distribution lists a repository only when it has a directory for layers. */
  async #show(repository: Repository, { algorithm }: Digest): Promise<void> {
    if (algorithm !== 'sha256') await this.#files.keepDirectory(this.#layout.layers(repository));
  }

  /**
   * The status of content that has just been relied on. Clean-up may have it in its hands, and would put it back: but
   * not at once, and not if its process dies.
   */
  async #rescued(path: string): Promise<Stats | undefined> {
    const status = await freshen(path);
    if (status !== undefined) return status;
    return (await this.#trash.putBack(path)) ? freshen(path) : undefined;
  }

  async #stored(digest: Digest, path: string, status: Stats): Promise<StoredBlob> {
    const content = { digest, path, status };
    await refuseDamaged(this.#ledger, content);
    return {
      size: status.size,
      open: (start, length) => openContent(this.#ledger, content, start, length),
    };
  }
}
