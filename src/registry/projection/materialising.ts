import { Failure } from '../../exchange/failure.js';
import { inspectLayer } from '../layer/layer.js';
import type { ImageId } from '../model/v1/image-id.js';
import { JoinedWork } from '../store/filesystem/joined-work.js';
import type { StoredImage, V1Stores } from '../store/v1-contracts.js';
import type { ProjectedImage, ProjectedImages } from './projected-images.js';

/**
 * Stores projected images among those that v1 clients have pushed, where nothing that happens to manifests can take them
 * away: before a v1 tag means one of them, or a pushed image lies on one of them.
 */
export class Materialising {
  readonly #v1: V1Stores;
  readonly #images: ProjectedImages;
  readonly #work = new JoinedWork<void>();

  /** @param v1 the images that were pushed. */
  constructor(v1: V1Stores, images: ProjectedImages) {
    this.#v1 = v1;
    this.#images = images;
  }

  /**
   * Stores an image and all below it; those that are no projected images are left as they are.
   *
   * @throws {Failure} 409 when another image was pushed under the id of one of them.
   */
  store(id: ImageId): Promise<void> {
    return this.#work.join(id.hex, async () => {
      // So that clean-up leaves alone what is about to be linked.
      const top = await this.#images.keep(id);
      if (top === undefined) return;
      // The base first: no image is ever there without its parent.
      for (const each of [...top.image.ancestry].reverse()) {
        const found = each.equals(id) ? top : await this.#images.keep(each);
        if (found !== undefined) await this.#adopt(each, found);
      }
    });
  }

  async #adopt(id: ImageId, projected: ProjectedImage): Promise<void> {
    const pushed = await this.#v1.images.find(id);
    if (pushed !== undefined && !pushed.isUploading) return this.#compare(id, projected, pushed);
    const { json, ancestry, checksums } = projected.image;
    const [payload = ''] = checksums;
    await this.#v1.pushes.adopt(id, json, ancestry, await this.#images.layerFile(projected), payload);
  }

  /** Ids of pushed images prove nothing: whoever came first may have pushed anything under this one. */
  async #compare(id: ImageId, { image, proven }: ProjectedImage, pushed: StoredImage): Promise<void> {
    if (isSameAncestry(image, pushed) && Buffer.compare(image.json, pushed.json) === 0) {
      if (image.checksums.some((checksum) => pushed.checksums.includes(checksum))) return;
      const file = await this.#v1.images.layerFile(id);
      const layer = file === undefined ? undefined : await inspectLayer(file, {}).catch(() => undefined);
      if (proven.diffId !== undefined && layer?.facts.diffId.equals(proven.diffId) === true) return;
    }
    throw new Failure(409, 'DENIED', `another image has been pushed under the id ${id}`);
  }
}

function isSameAncestry(one: StoredImage, other: StoredImage): boolean {
  return one.ancestry.join() === other.ancestry.join();
}
