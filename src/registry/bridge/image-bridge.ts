import type { Manifest } from '../model/manifest.js';
import type { Repository } from '../model/repository.js';
import type { ImageId } from '../model/v1/image-id.js';
import { AdoptedFileChanged } from '../store/filesystem/filesystem-adoption.js';
import type { BridgedImage, ImageMaking } from './image-making.js';
import type { ImageStoring } from './image-storing.js';
import type { Layers } from './layers.js';
import type { Origins } from './origins.js';
import { Unbridgeable } from './unbridgeable.js';

/** How often an image is made again whose files change meanwhile. */
const ATTEMPTS = 3;

/** Makes images of today out of v1 images. */
export class ImageBridge {
  readonly #making: ImageMaking;
  readonly #storing: ImageStoring;
  readonly #layers: Layers;
  readonly origins: Origins;

  constructor(making: ImageMaking, storing: ImageStoring, layers: Layers, origins: Origins) {
    this.#making = making;
    this.#storing = storing;
    this.#layers = layers;
    this.origins = origins;
  }

  /** What the image of today is; nothing of it is stored. @throws {Unbridgeable} */
  make(id: ImageId): Promise<BridgedImage> {
    return this.#making.make(id);
  }

  /**
   * Lets a repository hold everything of an image but the manifest, and notes where that comes from.
   *
   * @returns what was stored in the end, and the manifest to put. @throws {Unbridgeable}
   */
  async store(
    repository: Repository,
    id: ImageId,
    made: BridgedImage,
  ): Promise<{ readonly image: BridgedImage; readonly manifest: Manifest }> {
    let image = made;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const manifest = await this.#storing.store(repository, image);
        await this.origins.note(image.digest, id);
        return { image, manifest };
      } catch (error) {
        if (!(error instanceof AdoptedFileChanged)) throw error;
        if (attempt === ATTEMPTS) throw new Unbridgeable(id, 'is being changed', { cause: error });
        for (const { owner } of image.layers) this.#layers.forget(owner);
        image = await this.make(id);
      }
    }
  }
}
