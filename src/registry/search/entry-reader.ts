import { fieldOf, isJsonObject, parseJson } from '../model/json.js';
import { Tag } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import type { Stores } from '../store/contracts.js';
import { StoredContentDamaged } from '../store/failure.js';
import { ImageDamaged, type V1Stores } from '../store/v1-contracts.js';
import { describedBy, describeManifest, labelsOf, shown } from './description.js';
import type { IndexEntry } from './job.js';
import { repositoriesOf } from './names.js';

const LATEST = Tag.read('latest');

/** Bytes of a v1 image's json that are read. */
const LONGEST = 4 * 1024 * 1024;

/** Tags read at once. */
const PAGE = 1_000;

/** Reads from the repositories what the index shall know of them. */
export class EntryReader {
  readonly #stores: Stores;
  readonly #v1: V1Stores | undefined;

  /** @param stores and @param v1 as they are on the disk: a bridge would make manifests of all that is described. */
  constructor(stores: Stores, v1: V1Stores | undefined) {
    this.#stores = stores;
    this.#v1 = v1;
  }

  /** Tells what there is of a name; its description is undefined when there is no such repository. */
  async read(name: string): Promise<IndexEntry> {
    const { v1, v2 } = repositoriesOf(name);
    if (!(await this.#exists(v1, v2))) return { name, description: undefined };
    return { name, description: await this.#describe(v1, v2) };
  }

  /** Whether the repository of a name is to be found. */
  exists(name: string): Promise<boolean> {
    const { v1, v2 } = repositoriesOf(name);
    return this.#exists(v1, v2);
  }

  async #exists(v1: V1Repository | undefined, v2: Repository | undefined): Promise<boolean> {
    if (v1 !== undefined && (await this.#v1?.repositories.has(v1)) === true) return true;
    if (v2 === undefined || !(await this.#stores.catalog.has(v2))) return false;
    for await (const _ of this.#stores.upkeep.holdings.manifests(v2)) return true;
    return false;
  }

  async #describe(v1: V1Repository | undefined, v2: Repository | undefined): Promise<string> {
    try {
      const latest = await this.#describeTag(v1, v2, LATEST);
      if (latest !== undefined) return latest;
      const last = v2 === undefined ? undefined : await this.#lastTag(v2);
      const listed = v1 === undefined ? undefined : await this.#v1?.tags.list(v1);
      const tag = last ?? Tag.read([...(listed?.keys() ?? [])].at(-1) ?? '');
      return (await this.#describeTag(v1, v2, tag)) ?? '';
    } catch (error) {
      // What is damaged is found by its name, by somebody who will see what is wrong with it.
      if (error instanceof ImageDamaged || error instanceof StoredContentDamaged) return '';
      throw error;
    }
  }

  async #lastTag(repository: Repository): Promise<Tag | undefined> {
    let after: string | undefined;
    for (;;) {
      const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
      const listing = await this.#stores.tags.list(repository, page);
      after = listing?.names.at(-1) ?? after;
      if (listing === undefined || !listing.more) return after === undefined ? undefined : Tag.read(after);
    }
  }

  /** @returns undefined when there is no such tag. */
  async #describeTag(
    v1: V1Repository | undefined,
    v2: Repository | undefined,
    tag: Tag | undefined,
  ): Promise<string | undefined> {
    if (tag === undefined) return undefined;
    const old = async () => (v1 === undefined ? undefined : this.#describeV1(v1, tag));
    // The tag of a v1 repository is the newer one while it is there, unless nothing can take it away.
    if (this.#v1?.isReadOnly !== true) {
      const description = await old();
      if (description !== undefined) return description;
    }
    const manifest = v2 === undefined ? undefined : await this.#stores.manifests.get(v2, tag);
    if (manifest === undefined || v2 === undefined) return this.#v1?.isReadOnly === true ? old() : undefined;
    return describeManifest(this.#stores, v2, manifest.bytes);
  }

  async #describeV1(repository: V1Repository, tag: Tag): Promise<string | undefined> {
    const stored = await this.#v1?.tags.get(repository, tag);
    if (stored === undefined) return undefined;
    const image = await this.#v1?.images.find(stored.image);
    const json = image === undefined || image.json.length > LONGEST ? undefined : parseJson(image.json);
    const described = describedBy([labelsOf(json)]);
    if (described !== '') return described;
    const comment = isJsonObject(json) ? fieldOf(json, 'comment') : undefined;
    return typeof comment === 'string' ? shown(comment) : '';
  }
}
