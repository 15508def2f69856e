import type { ImageId } from '../model/v1/image-id.js';
import { readImageJson } from '../model/v1/image-json.js';
import { ImageDamaged, type ImageStore, type StoredImage } from '../store/v1-contracts.js';
import { describeImage, type ImageDescription } from './image-description.js';
import { historyEntry, type LayerContent, type MadeImage, makeImage } from './image-manifest.js';
import type { FoundLayer, Layers } from './layers.js';
import { Unbridgeable } from './unbridgeable.js';

/** Images from one to its base; the config has an entry for each. */
const DEEPEST = 1024;

/** Layers looked for side by side. */
const WIDTH = 4;

/** Bytes of a config: clients take no more than 4 MiB. */
const BIGGEST = 4 * 1024 * 1024 - 64 * 1024;

/** A layer that is part of an image, and the v1 image that it is of. */
export interface OwnedLayer {
  readonly owner: ImageId;
  readonly layer: FoundLayer;
}

/** An image as it is to be stored. */
export interface BridgedImage extends MadeImage {
  /** Those that are not empty, the base first. */
  readonly layers: readonly OwnedLayer[];
}

interface Ancestor {
  readonly id: ImageId;
  readonly description: ImageDescription;
  readonly found: FoundLayer;
}

/** Makes manifests and configs from v1 images. */
export class ImageMaking {
  readonly #images: ImageStore;
  readonly #layers: Layers;

  constructor(images: ImageStore, layers: Layers) {
    this.#images = images;
    this.#layers = layers;
  }

  /** @throws {Unbridgeable} when the image or one below it is missing, damaged or still being pushed. */
  async make(id: ImageId): Promise<BridgedImage> {
    const ids = (await this.#find(id)).ancestry;
    if (ids.length > DEEPEST) throw new Unbridgeable(id, `has more than ${DEEPEST - 1} images below it`);
    if (new Set(ids.map(({ hex }) => hex)).size !== ids.length)
      throw new Unbridgeable(id, 'comes again among the images below it: they go in a circle');
    const ancestors: Ancestor[] = [];
    let bytes = 0;
    // All of them first, so that nothing is read for an image whose base is missing.
    for (const [index, each] of ids.entries()) await this.#examine(each, ids[index + 1]);
    for (let start = 0; start < ids.length; start += WIDTH) {
      const group = ids.slice(start, start + WIDTH);
      const outcomes = await Promise.allSettled(group.map((each) => this.#ancestor(each, each === ids[0])));
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') throw outcome.reason;
        bytes += sizeOf(outcome.value.description);
        if (bytes > BIGGEST)
          throw new Unbridgeable(id, 'has a history of more than 4 MiB, which no client of today takes');
        ancestors.push(outcome.value);
      }
    }
    return assemble(ancestors.reverse());
  }

  async #find(id: ImageId): Promise<StoredImage> {
    let image: StoredImage | undefined;
    try {
      image = await this.#images.find(id);
    } catch (error) {
      if (!(error instanceof ImageDamaged)) throw error;
      throw new Unbridgeable(id, error.message.replace(/^the image \S+ /, ''), { cause: error });
    }
    if (image === undefined) throw new Unbridgeable(id, 'is not there');
    if (image.isUploading)
      throw new Unbridgeable(id, 'is still being pushed, or its push was never completed');
    return image;
  }

  /** @param parent as the ancestry says; undefined for a base. */
  async #examine(id: ImageId, parent: ImageId | undefined): Promise<void> {
    const { json } = await this.#find(id);
    let stated: ImageId | undefined;
    try {
      stated = readImageJson(json, id).parent;
    } catch (error) {
      throw new Unbridgeable(id, 'has a json that is not the one of an image of this id', { cause: error });
    }
    if (stated?.hex !== parent?.hex) throw new Unbridgeable(id, 'has another parent than its ancestry says');
    if ((await this.#images.layerFile(id)) === undefined) throw new Unbridgeable(id, 'has no layer');
  }

  async #ancestor(id: ImageId, isTop: boolean): Promise<Ancestor> {
    const image = await this.#find(id);
    const found = await this.#layers.find(id, image);
    const description = describeImage(image.json);
    // Only the top's settings are part of the config.
    if (isTop) return { id, description, found };
    return { id, description: { ...description, config: undefined, containerConfig: undefined }, found };
  }
}

/** @param ancestors the base first. */
function assemble(ancestors: readonly Ancestor[]): BridgedImage {
  const top = ancestors.at(-1) as Ancestor;
  // Not every client takes an image without any layer.
  const isBare = ancestors.every(({ found }) => found.isEmpty);
  const isLayer = (each: Ancestor): boolean => !each.found.isEmpty || (isBare && each === top);
  const owned = ancestors.filter(isLayer).map(({ id, found }) => ({ owner: id, layer: found }));
  const history = ancestors.map((each) =>
    historyEntry({ description: each.description, layer: isLayer(each) ? each.found.content : undefined }),
  );
  const contents: LayerContent[] = owned.map(({ layer }) => layer.content);
  return { ...makeImage(top.description, history, contents), layers: owned };
}

function sizeOf({ author, comment, createdBy, config, containerConfig }: ImageDescription): number {
  const texts = [author, comment, createdBy, config, containerConfig];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 256);
}
