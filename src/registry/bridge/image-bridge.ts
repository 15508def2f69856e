import type { LayerFacts } from '../layer/layer.js';
import type { Digest } from '../model/digest.js';
import type { Manifest } from '../model/manifest.js';
import type { Repository } from '../model/repository.js';
import type { ImageId } from '../model/v1/image-id.js';
import { AdoptedFileChanged, type FilesystemAdoption } from '../store/filesystem/filesystem-adoption.js';
import type { ImageStore, StoredImage } from '../store/v1-contracts.js';
import { DerivedFiles } from './derived-files.js';
import { type BridgedImage, ImageMaking } from './image-making.js';
import { ImageStoring } from './image-storing.js';
import { Layers } from './layers.js';
import { Origins } from './origins.js';
import { Unbridgeable } from './unbridgeable.js';

/** How often an image is made again whose files change meanwhile. */
const ATTEMPTS = 3;

/** What an image bridge works with. */
export interface ImageBridgeOptions {
  readonly images: ImageStore;
  readonly adoption: FilesystemAdoption;
  /** Leave the files of layers as they are, and store copies. */
  readonly copy: boolean;
  /** For what was found out; may be deleted. */
  readonly directory: string;
  /** Nothing is written, only remembered. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes of layers have just been read. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Makes images of today out of v1 images. */
export class ImageBridge {
  readonly #making: ImageMaking;
  readonly #storing: ImageStoring;
  readonly #layers: Layers;
  readonly origins: Origins;

  constructor({ images, adoption, copy, directory, dryRun = false, signal, onBytes }: ImageBridgeOptions) {
    const files = new DerivedFiles(directory);
    this.origins = new Origins(files);
    this.#layers = new Layers({ images, records: files, isRecording: !dryRun, signal, onBytes });
    this.#making = new ImageMaking(images, this.#layers);
    this.#storing = new ImageStoring(adoption, copy);
  }

  /** As {@link Layers.learn}. */
  learn(id: ImageId, image: StoredImage, known: LayerFacts | Digest): Promise<void> {
    return this.#layers.learn(id, image, known);
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
        for (const { owner } of image.layers) await this.#layers.forget(owner);
        image = await this.make(id);
      }
    }
  }
}
