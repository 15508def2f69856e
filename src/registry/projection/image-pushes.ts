import type { Readable } from 'node:stream';
import type { LayerFacts } from '../layer/layer.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { Completion, ImagePushes, ReceivedLayer, V1Stores } from '../store/v1-contracts.js';
import type { Materialising } from './materialising.js';
import type { ProjectedImages } from './projected-images.js';

/** Pushes of images, also on top of projected ones. */
export class MergedPushes implements ImagePushes {
  readonly #v1: V1Stores;
  readonly #projected: ProjectedImages;
  readonly #materialising: Materialising;

  constructor(v1: V1Stores, projected: ProjectedImages, materialising: Materialising) {
    this.#v1 = v1;
    this.#projected = projected;
    this.#materialising = materialising;
  }

  /** As the contract says; what lies below the image is then safe from clean-up. A projected image is complete. */
  async begin(id: ImageId, json: Uint8Array, ancestry: readonly ImageId[]): Promise<boolean> {
    const { pushes, isReadOnly } = this.#v1;
    if (isReadOnly) return pushes.begin(id, json, ancestry);
    if ((await this.#projected.find(id)) !== undefined) return false;
    const [, parent] = ancestry;
    if (parent !== undefined) await this.#materialising.store(parent);
    return pushes.begin(id, json, ancestry);
  }

  receive(id: ImageId, body: Readable): Promise<ReceivedLayer | 'complete' | undefined> {
    return this.#v1.pushes.receive(id, body);
  }

  received(id: ImageId, payload: string): Promise<ReceivedLayer | undefined> {
    return this.#v1.pushes.received(id, payload);
  }

  complete(id: ImageId, payload: string, facts?: LayerFacts): Promise<Completion> {
    return this.#v1.pushes.complete(id, payload, facts);
  }

  adopt(
    id: ImageId,
    json: Uint8Array,
    ancestry: readonly ImageId[],
    file: string,
    payload: string,
  ): Promise<void> {
    return this.#v1.pushes.adopt(id, json, ancestry, file, payload);
  }
}
