import { readdir, rename } from 'node:fs/promises';
import { inBatches, inGroups } from '../../batches.js';
import type { Digest } from '../../model/digest.js';
import { Tag } from '../../model/reference.js';
import type { Repository } from '../../model/repository.js';
import type { Catalog, Listing, Page, TagStore } from '../contracts.js';
import type { DurableFiles } from './durable-files.js';
import { statusOf } from './file-status.js';
import type { Layout } from './layout.js';
import { LinkReader, readLink } from './link-reader.js';
import { linksTo } from './link-search.js';
import { isPresent } from './presence.js';
import { orUndefined } from './system-error.js';
import { type KnownTags, keyOf, nameOf, TagNames } from './tag-names.js';
import { Turns } from './turns.js';

/** Tags looked at side by side. */
const WIDTH = 32;

/** Tags as directories with a link to the manifest that they mean. */
export class FilesystemTags implements TagStore {
  readonly #layout: Layout;
  readonly #files: DurableFiles;
  readonly #catalog: Catalog;
  readonly #links = new LinkReader();
  readonly #names = new TagNames();
  readonly #turns = new Turns();

  constructor(layout: Layout, files: DurableFiles, catalog: Catalog) {
    this.#layout = layout;
    this.#files = files;
    this.#catalog = catalog;
  }

  async list(repository: Repository, { after, limit }: Page): Promise<Listing | undefined> {
    const known = await this.#names.read(this.#layout.tags(repository));
    const isEmpty = known === undefined || known.keys.size === 0;
    if (isEmpty && !(await this.#catalog.has(repository))) return undefined;
    if (known === undefined || limit === 0) return { names: [], more: false };
    const names: string[] = [];
    let last = after === undefined ? '' : keyOf(after);
    // One more than is wanted tells whether there are more.
    for (;;) {
      const keys = known.keys.following(last, limit + 1 - names.length);
      for (const key of await this.#present(repository, known, keys)) names.push(nameOf(key));
      last = keys.at(-1) ?? last;
      if (keys.length === 0 || names.length > limit) break;
    }
    return { names: names.slice(0, limit), more: names.length > limit };
  }

  /** Those of some keys whose tags lead to a manifest: a tag's directory is there before its link is. */
  async #present(repository: Repository, { seen }: KnownTags, keys: readonly string[]): Promise<string[]> {
    const unseen = keys.filter((key) => !seen.has(key));
    await inBatches(unseen, WIDTH, async (key) => {
      const path = `${this.#layout.tags(repository)}/${nameOf(key)}/current/link`;
      if (await isPresent(path)) seen.add(key);
    });
    return unseen.length === 0 ? [...keys] : keys.filter((key) => seen.has(key));
  }

  remove(repository: Repository, tag: Tag): Promise<boolean> {
    return this.#inTurn(repository, tag, async () => {
      if (!(await isPresent(this.#layout.currentLink(repository, tag)))) return false;
      const staged = await this.#files.withdraw(this.#layout.tag(repository, tag));
      if (staged === undefined) return false;
      await this.#files.syncParent(this.#layout.tag(repository, tag));
      await this.#files.discard(staged);
      return true;
    });
  }

  /** The manifest that a tag means; undefined when there is no such tag. */
  resolve(repository: Repository, tag: Tag): Promise<Digest | undefined> {
    return this.#links.read(this.#layout.currentLink(repository, tag));
  }

  /** When a tag was written last, in milliseconds since the epoch; undefined when there is no such tag. */
  async written(repository: Repository, tag: Tag): Promise<number | undefined> {
    return (await statusOf(this.#layout.currentLink(repository, tag)))?.mtimeMs;
  }

  /** Makes a tag mean a manifest. */
  point(repository: Repository, tag: Tag, digest: Digest): Promise<void> {
    return this.#inTurn(repository, tag, async () => {
      const content = digest.toString();
      await this.#files.publish([
        { path: this.#layout.indexLink(repository, tag, digest), content },
        { path: this.#layout.currentLink(repository, tag), content },
      ]);
    });
  }

  /**
   * Removes every tag that means this manifest.
   *
   * @param isWanted asked when a tag is out of sight: true brings it back.
   */
  async removeThoseOf(
    repository: Repository,
    digest: Digest,
    isWanted: () => Promise<boolean> = async () => false,
  ): Promise<void> {
    const tags = await this.#all(repository);
    const pointing = linksTo(tags, (tag) => this.#layout.currentLink(repository, tag), digest);
    for await (const group of inGroups(pointing, WIDTH)) {
      await Promise.all(group.map((tag) => this.#removeIf(repository, tag, digest, isWanted)));
    }
  }

  #removeIf(
    repository: Repository,
    tag: Tag,
    digest: Digest,
    isWanted: () => Promise<boolean>,
  ): Promise<void> {
    return this.#inTurn(repository, tag, async () => {
      if (!(await this.resolve(repository, tag))?.equals(digest)) return;
      const staged = await this.#files.withdraw(this.#layout.tag(repository, tag));
      if (staged === undefined) return;
      const withdrawn = await readLink(`${staged}/current/link`);
      const isMoved = withdrawn !== undefined && !withdrawn.equals(digest);
      // Another process may have moved the tag since it was read: then it goes back, unless there is a newer one.
      if (isMoved || (await isWanted())) {
        await rename(staged, this.#layout.tag(repository, tag)).catch(() => undefined);
      }
      await this.#files.syncParent(this.#layout.tag(repository, tag));
      await this.#files.discard(staged);
    });
  }

  async #all(repository: Repository): Promise<Tag[]> {
    const names = (await orUndefined(readdir(this.#layout.tags(repository)))) ?? [];
    return names.map((name) => Tag.read(name)).filter((tag) => tag !== undefined);
  }

  #inTurn<Value>(repository: Repository, tag: Tag, work: () => Promise<Value>): Promise<Value> {
    return this.#turns.take(`${repository.name}:${tag.name}`, work);
  }
}
