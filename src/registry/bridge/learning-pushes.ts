import type { Readable } from 'node:stream';
import type { LayerFacts } from '../layer/layer.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { Completion, ImagePushes, ImageStore, ReceivedLayer } from '../store/v1-contracts.js';
import type { ImageBridge } from './image-bridge.js';

/** The same pushes; the bridge learns from them what it would have to read the layers for. */
export class LearningPushes implements ImagePushes {
  readonly #inner: ImagePushes;
  readonly #images: ImageStore;
  readonly #bridge: ImageBridge;

  constructor(inner: ImagePushes, images: ImageStore, bridge: ImageBridge) {
    this.#inner = inner;
    this.#images = images;
    this.#bridge = bridge;
  }

  begin(id: ImageId, json: Uint8Array, ancestry: readonly ImageId[]): Promise<boolean> {
    return this.#inner.begin(id, json, ancestry);
  }

  receive(id: ImageId, body: Readable): Promise<ReceivedLayer | 'complete' | undefined> {
    return this.#inner.receive(id, body);
  }

  received(id: ImageId, payload: string): Promise<ReceivedLayer | undefined> {
    return this.#inner.received(id, payload);
  }

  async complete(id: ImageId, payload: string, facts?: LayerFacts): Promise<Completion> {
    const layer = await this.#inner.received(id, payload);
    const completion = await this.#inner.complete(id, payload, facts);
    // One that was complete before may have another layer of the same image.
    if (completion === 'complete' && layer !== undefined)
      await this.#learn(id, payload, facts ?? layer.digest);
    return completion;
  }

  adopt(
    id: ImageId,
    json: Uint8Array,
    ancestry: readonly ImageId[],
    file: string,
    payload: string,
  ): Promise<void> {
    return this.#inner.adopt(id, json, ancestry, file, payload);
  }

  /** What cannot be noted is read when somebody asks for it. */
  async #learn(id: ImageId, payload: string, known: Parameters<ImageBridge['learn']>[2]): Promise<void> {
    try {
      const image = await this.#images.find(id);
      if (image?.checksums.includes(payload) === true) await this.#bridge.learn(id, image, known);
    } catch {
      return;
    }
  }
}
