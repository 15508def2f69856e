import type { ImageId } from '../model/v1/image-id.js';
import type { StoredBlob } from '../store/contracts.js';
import type { ImageStore, StoredImage } from '../store/v1-contracts.js';
import type { ProjectedImages } from './projected-images.js';

/**
 * Pushed and projected images together. Of two under one id the projected one is shown: its id follows from its content,
 * while a pushed image may hold anything under the id of somebody else's layers.
 */
export class MergedImages implements ImageStore {
  readonly #pushed: ImageStore;
  readonly #projected: ProjectedImages;

  constructor(pushed: ImageStore, projected: ProjectedImages) {
    this.#pushed = pushed;
    this.#projected = projected;
  }

  async find(id: ImageId): Promise<StoredImage | undefined> {
    return (await this.#projected.find(id))?.image ?? this.#pushed.find(id);
  }

  async keep(id: ImageId): Promise<StoredImage | undefined> {
    const projected = await this.#projected.keep(id);
    return projected?.image ?? this.#pushed.keep(id);
  }

  async layer(id: ImageId): Promise<StoredBlob | undefined> {
    const projected = await this.#projected.find(id);
    return projected === undefined ? this.#pushed.layer(id) : this.#projected.layer(projected);
  }

  async layerFile(id: ImageId): Promise<string | undefined> {
    const projected = await this.#projected.find(id);
    return projected === undefined ? this.#pushed.layerFile(id) : this.#projected.layerFile(projected);
  }

  /** Those that were pushed: the others are found through their repositories. */
  ids(): AsyncIterable<ImageId> {
    return this.#pushed.ids();
  }
}
