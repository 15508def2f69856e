import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ImageId } from '../../model/v1/image-id.js';
import type { DurableFiles } from '../filesystem/durable-files.js';
import { isPresent } from '../filesystem/presence.js';
import { asStoreError, isAbsent, orUndefined } from '../filesystem/system-error.js';
import type { WritingRight } from '../filesystem/writing-rights.js';
import type { Completion, ImagePushes, ReceivedLayer } from '../v1-contracts.js';
import { JSON_LIMIT } from './ancestry.js';
import { CHECKSUMS_LIMIT, readChecksums } from './checksums.js';
import type { ImageCompletion } from './completion.js';
import type { DockerRegistryLayout } from './docker-registry-layout.js';
import type { ImageChanges } from './image-changes.js';
import { passLayer, type Reception, receiveLayer } from './layer-reception.js';
import { jsonNameOf, type ReceivedLayers } from './received-layers.js';
import type { Reliance } from './reliance.js';
import { readSmallFile } from './small-files.js';

/** How often to make a directory again that somebody removes under our hands. */
const ATTEMPTS = 5;

/** Milliseconds for which a client that has begun to push an image may go on after another has completed it. */
const RIVALRY = 24 * 60 * 60 * 1000;

/** What pushes work with. */
export interface PushTools {
  readonly layout: DockerRegistryLayout;
  readonly files: DurableFiles;
  readonly changes: ImageChanges;
  readonly received: ReceivedLayers;
  readonly completion: ImageCompletion;
  readonly reliance: Reliance;
}

/** An image as a push finds it. */
interface Found {
  readonly json: Buffer;
  /** Nothing is under way, and there is a layer. */
  readonly isComplete: boolean;
  readonly isUploading: boolean;
  /** Several clients have begun to push it, and some may not know yet that it is complete. */
  readonly hasRivals: boolean;
}

/** Pushes into docker-registry's layout. */
export class DockerRegistryPushes implements ImagePushes {
  readonly #tools: PushTools;

  constructor(tools: PushTools) {
    this.#tools = tools;
  }

  async begin(id: ImageId, json: Uint8Array, ancestry: readonly ImageId[]): Promise<boolean> {
    await this.#tools.reliance.note(ancestry);
    if ((await this.#find(id))?.isComplete === true) return false;
    return this.#change(id, async () => {
      const found = await this.#find(id);
      if (found?.isComplete === true) return false;
      const isBegun = found?.isUploading === true && found.json.equals(json);
      if (isBegun) await writeFile(this.#tools.layout.rivals(id), '');
      await this.#beginAnew(id, json, ancestry);
      return true;
    });
  }

  async #beginAnew(id: ImageId, json: Uint8Array, ancestry: readonly ImageId[]): Promise<void> {
    const { completion, received } = this.#tools;
    await completion.begin(id, json, ancestry);
    const name = jsonNameOf(json);
    await received.remove(id, (each) => each.json !== name);
  }

  async receive(id: ImageId, body: Readable): Promise<ReceivedLayer | 'complete' | undefined> {
    await this.#tools.reliance.note([id]);
    const found = await this.#find(id);
    if (found === undefined) return undefined;
    if (found.isComplete && !found.hasRivals) {
      return this.#isStored(id, await passLayer(found.json, body));
    }
    const reception = await receiveLayer(this.#tools.files, found.json, body);
    const layer = await this.#tools.changes
      .make(id, () => this.#keep(id, found.json, reception))
      .finally(() => this.#tools.files.discard(reception.staged));
    return layer;
  }

  /** Gives a layer that has been received its name. @returns undefined when the push it belongs to is over. */
  async #keep(
    id: ImageId,
    json: Buffer,
    reception: Reception & { readonly staged: string },
  ): Promise<ReceivedLayer | 'complete' | undefined> {
    const found = await this.#find(id);
    if (found?.json.equals(json) !== true) return undefined;
    const stored = found.isComplete ? await this.#isStored(id, reception) : 'complete';
    if (stored !== 'complete') return stored;
    const { received, reliance } = this.#tools;
    const { payload, digest, size, staged } = reception;
    const name = { json: jsonNameOf(json), payload, digest: digest.toString() };
    const file = received.path(id, name);
    if ((await orUndefined(rename(staged, file).then(() => true))) === undefined) return undefined;
    await received.bound(id);
    await reliance.note([id]);
    return { payload, digest, size, file };
  }

  /** Tells whether a layer is the one that a complete image has. */
  async #isStored(id: ImageId, { payload, digest, size }: Reception): Promise<ReceivedLayer | 'complete'> {
    const isStored = (await this.#checksums(id)).includes(payload);
    return isStored ? { payload, digest, size, file: this.#tools.layout.layer(id) } : 'complete';
  }

  async received(id: ImageId, payload: string): Promise<ReceivedLayer | undefined> {
    const found = await this.#find(id);
    return found && this.#tools.received.find(id, jsonNameOf(found.json), payload);
  }

  async complete(id: ImageId, payload: string): Promise<Completion> {
    await this.#tools.reliance.note([id]);
    const completion = await this.#tools.changes.make(id, async (right) => {
      const found = await this.#find(id);
      if (found === undefined) return 'unknown image';
      if (found.isComplete && (await this.#checksums(id)).includes(payload)) return 'complete';
      const { received } = this.#tools;
      const json = jsonNameOf(found.json);
      const layer = await received.find(id, json, payload);
      if (found.isComplete) return layer === undefined ? 'nothing under way' : 'complete';
      if (layer !== undefined) {
        await this.#finish(id, layer, right, found.hasRivals);
        return 'complete';
      }
      if (!found.isUploading) return 'nothing under way';
      const others = await received.names(id);
      return others.some((each) => each.json === json) ? 'mismatch' : 'no layer';
    });
    return completion ?? 'unknown image';
  }

  async #finish(id: ImageId, layer: ReceivedLayer, right: WritingRight, hasRivals: boolean): Promise<void> {
    const { completion, received, reliance } = this.#tools;
    await completion.complete(id, layer, right).catch((error: unknown) => {
      throw asStoreError(error);
    });
    // What rivals have sent stays for a while, so that each of them is told that the image is complete.
    await received.remove(id, ({ payload }) => !hasRivals || payload === layer.payload);
    await reliance.note([id]);
  }

  async adopt(
    id: ImageId,
    json: Uint8Array,
    ancestry: readonly ImageId[],
    file: string,
    payload: string,
  ): Promise<void> {
    await this.#tools.reliance.note(ancestry);
    await this.#change(id, async (right) => {
      if ((await this.#find(id))?.isComplete === true) return;
      await this.#beginAnew(id, json, ancestry);
      await this.#tools.completion.complete(id, { file, payload }, right);
    });
  }

  /** Works on an image, whose directory is made when it is missing. */
  async #change<Value>(id: ImageId, work: (right: WritingRight) => Promise<Value>): Promise<Value> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      try {
        await mkdir(this.#tools.layout.image(id), { recursive: true });
        const done = await this.#tools.changes.make(id, async (right) => ({ value: await work(right) }));
        if (done !== undefined) return done.value;
      } catch (error) {
        // Clean-up may have taken an image away that nobody had relied on for long.
        if (!isAbsent(error) || attempt === ATTEMPTS) throw asStoreError(error);
      }
    }
    throw new Error(`the directory of the image ${id} is removed again and again`);
  }

  /** @returns undefined when there is no json that can be read: whatever else there is can be pushed anew. */
  async #find(id: ImageId): Promise<Found | undefined> {
    const { layout } = this.#tools;
    const json = await readSmallFile(layout.json(id), JSON_LIMIT);
    if (!(json instanceof Buffer) || json.length === 0) return undefined;
    const [isUploading, layer, rivals] = await Promise.all([
      isPresent(layout.marker(id)),
      orUndefined(stat(layout.layer(id))),
      orUndefined(stat(layout.rivals(id))),
    ]);
    const isComplete = !isUploading && layer?.isFile() === true;
    const hasRivals = rivals !== undefined && Date.now() - rivals.mtimeMs < RIVALRY;
    return { json, isUploading, hasRivals, isComplete };
  }

  async #checksums(id: ImageId): Promise<readonly string[]> {
    const bytes = await readSmallFile(this.#tools.layout.checksum(id), CHECKSUMS_LIMIT);
    return bytes instanceof Buffer ? readChecksums(bytes) : [];
  }
}
