import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, rename, unlink, utimes } from 'node:fs/promises';
import { inBatches } from '../../batches.js';
import type { Tag } from '../../model/reference.js';
import type { ImageId } from '../../model/v1/image-id.js';
import type { V1Repository } from '../../model/v1/v1-repository.js';
import type { DurableFiles } from '../filesystem/durable-files.js';
import type { Layout } from '../filesystem/layout.js';
import { asStoreError, codeOf, isAbsent, orUndefined } from '../filesystem/system-error.js';
import { Turns } from '../filesystem/turns.js';
import type { ImageStore, StoredTag, V1TagStore } from '../v1-contracts.js';
import type { DockerRegistryLayout } from './docker-registry-layout.js';
import { readSmallFile } from './small-files.js';
import { TagFiles } from './tag-files.js';
import { readTag, TagReader } from './tag-reader.js';

/** Tags read side by side. */
const WIDTH = 32;

/** Bytes of what is kept beside a tag. */
const DESCRIPTION_LIMIT = 64 * 1024;

/** How often to begin again when somebody removes the repository under our hands. */
const ATTEMPTS = 5;

/** Milliseconds for which a registry without repositories is taken to have none; another process may make the first. */
const NONE_FOR = 100;

const LATEST = 'latest';

/** What tags work with. */
export interface TagTools {
  readonly layout: DockerRegistryLayout;
  /** Where files are staged. */
  readonly staging: Layout;
  readonly files: DurableFiles;
  /** Made fresh before tags lead to them. */
  readonly images: ImageStore;
}

/** Tags in docker-registry's layout: a file each, with the id of the image. */
export class DockerRegistryTags implements V1TagStore {
  readonly #tools: TagTools;
  readonly #reader = new TagReader();
  readonly #names = new TagFiles();
  readonly #turns = new Turns();
  #noneUntil = 0;
  #lookAgainAt = 0;

  constructor(tools: TagTools) {
    this.#tools = tools;
  }

  async list(repository: V1Repository): Promise<ReadonlyMap<string, ImageId> | undefined> {
    const names = await this.#names.list(this.#tools.layout.repository(repository));
    if (names === undefined) return undefined;
    const stored = await inBatches(names, WIDTH, async (tag) => this.get(repository, tag));
    const tags = new Map<string, ImageId>();
    for (const [index, { name }] of names.entries()) {
      const image = stored[index]?.image;
      if (image !== undefined) tags.set(name, image);
    }
    return tags;
  }

  get(repository: V1Repository, tag: Tag): StoredTag | undefined | Promise<StoredTag | undefined> {
    // Most registries have never had a v1 client, and this stands in front of every pull.
    if (performance.now() < this.#noneUntil) return undefined;
    const stored = this.#reader.read(this.#tools.layout.tag(repository, tag));
    if (stored === undefined) this.#lookForAny();
    return stored;
  }

  /** Looks now and then whether there are repositories at all. */
  #lookForAny(): void {
    const now = performance.now();
    if (now < this.#lookAgainAt) return;
    this.#lookAgainAt = now + NONE_FOR;
    if (!existsSync(this.#tools.layout.repositories)) this.#noneUntil = now + NONE_FOR;
  }

  put(repository: V1Repository, tag: Tag, image: ImageId, description: string): Promise<void> {
    const path = this.#tools.layout.tag(repository, tag);
    return this.#turns.take(path, async () => {
      await this.#keep(image);
      for (let attempt = 1; ; attempt += 1) {
        try {
          await this.#put(repository, tag, image, description);
          break;
        } catch (error) {
          if (!isAbsent(error) || attempt === ATTEMPTS) throw asStoreError(error);
        }
      }
      this.#noneUntil = 0;
      // A clean-up that had looked at the tags before sees by its age that the image is wanted.
      await this.#keep(image);
    });
  }

  async #keep(image: ImageId): Promise<void> {
    // A tag may lead to what cannot be read; whoever asks for that is told.
    await this.#tools.images.keep(image).catch(() => undefined);
  }

  async #put(repository: V1Repository, tag: Tag, image: ImageId, description: string): Promise<void> {
    const { files, layout } = this.#tools;
    const beside = [layout.description(repository, tag)];
    if (tag.name === LATEST) beside.push(layout.description(repository, undefined));
    const staged = await files.stage(image.hex);
    try {
      await makeUnique(staged);
      const from = { from: staged, ready: () => Promise.resolve() };
      await files.publish([
        ...beside.filter((path) => path !== undefined).map((path) => ({ path, content: description })),
        { path: layout.tag(repository, tag), content: from },
      ]);
    } catch (error) {
      await files.discard(staged);
      throw error;
    }
  }

  async description(repository: V1Repository, tag: Tag | undefined): Promise<string | undefined> {
    const path = this.#tools.layout.description(repository, tag);
    const bytes = path === undefined ? undefined : await readSmallFile(path, DESCRIPTION_LIMIT);
    return bytes instanceof Buffer ? bytes.toString('utf8') : undefined;
  }

  remove(repository: V1Repository, tag: Tag, writing?: string): Promise<boolean> {
    const { layout, files } = this.#tools;
    const path = layout.tag(repository, tag);
    return this.#turns.take(path, async () => {
      const stored = await readTag(path);
      if (stored === undefined || (writing !== undefined && stored.writing !== writing)) return false;
      const isGone = await (writing === undefined ? files.remove(path) : this.#removeWriting(path, writing));
      const description = layout.description(repository, tag);
      if (isGone && description !== undefined) await orUndefined(unlink(description));
      return isGone;
    });
  }

  /** Another process may write the tag anew at any moment, so it is looked at where nobody else can reach it. */
  async #removeWriting(path: string, writing: string): Promise<boolean> {
    const { files, staging } = this.#tools;
    await files.makeDirectory(staging.staging);
    const aside = staging.staged();
    if ((await orUndefined(rename(path, aside).then(() => true))) === undefined) return false;
    const isIt = (await readTag(aside))?.writing === writing;
    if (!isIt) await putBack(aside, path);
    await files.syncParent(path);
    await files.discard(aside);
    return isIt;
  }
}

/** Gives a file a time of last modification that no other has, since inode numbers and clock ticks come again. */
async function makeUnique(path: string): Promise<void> {
  const now = Date.now() / 1000 + randomInt(1_000_000) / 1e9;
  await utimes(path, now, now);
}

/** Puts a tag back, unless there is a newer one by now. */
async function putBack(aside: string, path: string): Promise<void> {
  try {
    await link(aside, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') await orUndefined(rename(aside, path));
  }
}
