import { createHash } from 'node:crypto';
import { EMPTY_ARCHIVE, inspectLayer, LayerUnreadable } from '../layer/layer.js';
import { Digest } from '../model/digest.js';
import { StoredContentDamaged } from '../store/failure.js';
import type { Layout } from '../store/filesystem/layout.js';
import { openToRead } from '../store/filesystem/opening.js';
import { codeOf } from '../store/filesystem/system-error.js';
import { Turns } from '../store/filesystem/turns.js';
import type { ClaimedImage } from './claims.js';
import type { LayerFinding, Records } from './records.js';

/** Layers read side by side: this keeps a processor busy each. */
const WIDTH = 2;

const BLOCK = 256 * 1024;

/** What the reading of a layer told. */
export interface ReadLayer {
  readonly finding: LayerFinding;
  /** Payload checksum of the image whose layer it is. */
  readonly payload: string;
}

/** Reads layers as seldom as can be: what is in one is found out once, and with the first payload checksum in one go. */
export class LayerReading {
  readonly #layout: Layout;
  readonly #records: Records;
  readonly #turns = new Turns();
  #reader = 0;

  constructor(layout: Layout, records: Records) {
    this.#layout = layout;
    this.#records = records;
  }

  /**
   * What a layer is, as far as it has been read before.
   *
   * @param digest of the blob.
   */
  known(digest: Digest): Promise<LayerFinding | undefined> {
    return this.#records.layers.get(digest.encoded);
  }

  /**
   * Reads the layer of an image.
   *
   * @returns undefined when its content is not there.
   * @throws {StoredContentDamaged}
   */
  read(image: ClaimedImage): Promise<ReadLayer | undefined> {
    if (image.layer === undefined) {
      const payload = createHash('sha256')
        .update(image.json)
        .update('\n')
        .update(EMPTY_ARCHIVE)
        .digest('hex');
      return Promise.resolve({ finding: { diffId: undefined }, payload: `sha256:${payload}` });
    }
    const { digest } = image.layer;
    this.#reader = (this.#reader + 1) % WIDTH;
    return this.#turns.take(String(this.#reader), async () => {
      const known = await this.known(digest);
      return known === undefined ? this.#inspect(image.json, digest) : this.#sum(image.json, digest, known);
    });
  }

  async #inspect(json: Uint8Array, digest: Digest): Promise<ReadLayer | undefined> {
    try {
      const { facts, payload } = await inspectLayer(this.#layout.blob(digest), { json });
      if (!facts.digest.equals(digest)) throw new StoredContentDamaged(digest);
      if (payload === undefined) throw new Error(`the layer ${digest} was read without its checksum`);
      return { finding: await this.#found(digest, { diffId: facts.diffId }), payload };
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      if (!(error instanceof LayerUnreadable)) throw error;
      // What has become unreadable on the disk may be restored; only what was pushed so stays so.
      const sum = await this.#sum(json, digest, { diffId: undefined });
      if (sum !== undefined) await this.#found(digest, sum.finding);
      return sum;
    }
  }

  async #found(digest: Digest, finding: LayerFinding): Promise<LayerFinding> {
    await this.#records.layers.put(digest.encoded, finding);
    return finding;
  }

  /** Leaves out the unpacking, which a small blob can make long. */
  async #sum(json: Uint8Array, digest: Digest, finding: LayerFinding): Promise<ReadLayer | undefined> {
    const file = await openToRead(this.#layout.blob(digest));
    if (file === undefined) return undefined;
    try {
      const payload = createHash('sha256').update(json).update('\n');
      const content = createHash(digest.algorithm);
      for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: BLOCK })) {
        payload.update(chunk);
        content.update(chunk);
      }
      if (!Digest.from(content, digest.algorithm).equals(digest)) throw new StoredContentDamaged(digest);
      return { finding, payload: `sha256:${payload.digest('hex')}` };
    } finally {
      await file.close();
    }
  }
}
