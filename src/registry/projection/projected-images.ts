import { join } from 'node:path';
import { EMPTY_ARCHIVE } from '../layer/layer.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { StoredBlob, Stores } from '../store/contracts.js';
import { StoredContentDamaged } from '../store/failure.js';
import type { DurableFiles } from '../store/filesystem/durable-files.js';
import type { Layout } from '../store/filesystem/layout.js';
import { isPresent } from '../store/filesystem/presence.js';
import { ImageDamaged, type StoredImage } from '../store/v1-contracts.js';
import { isChained } from './chain.js';
import type { ClaimReader, Claims } from './claims.js';
import { parentJson } from './image-config.js';
import { MOST_LAYERS } from './image-shape.js';
import type { Places } from './places.js';
import type { Proofs } from './proofs.js';
import { type Place, type ProvenImage, recordsDirectory } from './records.js';

/** An image that is made of what lies in a repository of the v2 API. */
export interface ProjectedImage {
  readonly image: StoredImage;
  readonly proven: ProvenImage;
  /** Where its manifest is, when it is a top image. */
  readonly place: Place | undefined;
}

/** What projected images are made of. */
export interface ProjectedImagesOptions {
  readonly stores: Stores;
  readonly layout: Layout;
  readonly files: DurableFiles;
  readonly claims: ClaimReader;
  readonly places: Places;
  readonly proofs: Proofs;
}

/** The images that are made of manifests which have been seen under a tag. */
export class ProjectedImages {
  readonly #options: ProjectedImagesOptions;

  constructor(options: ProjectedImagesOptions) {
    this.#options = options;
  }

  /**
   * @returns undefined when there is none, its manifest or layer has gone, or its layers are not what its config says.
   * @throws {ImageDamaged} when stored content is.
   */
  async find(id: ImageId): Promise<ProjectedImage | undefined> {
    try {
      return (await this.#parent(id)) ?? (await this.#top(id));
    } catch (error) {
      if (!(error instanceof StoredContentDamaged)) throw error;
      throw new ImageDamaged(id, `cannot be made, since the stored content of ${error.digest} is damaged`, {
        cause: error,
      });
    }
  }

  /** As {@link find}, and clean-up leaves what the image is made of alone for a while. */
  async keep(id: ImageId): Promise<ProjectedImage | undefined> {
    const found = await this.find(id);
    if (found === undefined) return undefined;
    const { blobs, manifests } = this.#options.stores;
    const { place, proven } = found;
    const [manifest, layer] = await Promise.all([
      place === undefined ? true : manifests.keep(place.repository, place.manifest),
      proven.layer === undefined ? true : blobs.keep(proven.repository, proven.layer),
    ]);
    return manifest === undefined || layer === undefined ? undefined : found;
  }

  async layer({ proven }: ProjectedImage): Promise<StoredBlob | undefined> {
    const { layer, repository } = proven;
    if (layer !== undefined) return this.#options.stores.blobs.find(repository, layer);
    return {
      size: EMPTY_ARCHIVE.length,
      open: async (start, length) => EMPTY_ARCHIVE.subarray(start, start + length),
    };
  }

  /** Path of the file that holds the layer. */
  async layerFile({ proven }: ProjectedImage): Promise<string> {
    const { layout, files } = this.#options;
    if (proven.layer !== undefined) return layout.blob(proven.layer);
    const path = join(recordsDirectory(layout), 'empty-layer.tar');
    if (!(await isPresent(path))) await files.write(path, EMPTY_ARCHIVE);
    return path;
  }

  /** The ids of a top image and of all below it, as its config says, without a look at its layers. */
  async claimed(top: ImageId): Promise<readonly ImageId[]> {
    for (const place of await this.#options.places.of(top)) {
      try {
        const claims = await this.#options.claims.read(place);
        if (claims !== undefined && typeof claims !== 'string') return ancestryOf(claims);
      } catch (error) {
        if (!(error instanceof StoredContentDamaged)) throw error;
      }
    }
    return [];
  }

  /**
   * Why the image of a manifest cannot be shown, as the end of a sentence: `has 2 layers, but its config names 1`. Reads
   * its layers if nobody has.
   */
  async reason(place: Place): Promise<string | undefined> {
    const claims = await this.#options.claims.read(place);
    if (claims === undefined) return 'names a config that is not here';
    if (typeof claims === 'string') return claims;
    const proven = await this.#options.proofs.prove(place, claims);
    if (proven === undefined) return 'names a layer that is not here';
    return typeof proven === 'string' ? proven : undefined;
  }

  /** One below a top: its id follows from its parent's and its layer, so that it needs no manifest. */
  async #parent(id: ImageId): Promise<ProjectedImage | undefined> {
    const proven = await this.#options.proofs.standing(id);
    if (proven?.diffId === undefined || !isChained(id, proven.parent, proven.diffId)) return undefined;
    const ancestry = [id];
    for (let parent = proven.parent; parent !== undefined; ) {
      if (ancestry.length > MOST_LAYERS) return undefined;
      ancestry.push(parent);
      parent = (await this.#options.proofs.proof(parent))?.parent;
    }
    const json = parentJson(id, proven.parent);
    return { image: stored(json, ancestry, proven), proven, place: undefined };
  }

  async #top(id: ImageId): Promise<ProjectedImage | undefined> {
    const found = await this.#topIn(await this.#options.places.of(id));
    // Another process may have seen it elsewhere since.
    return found ?? this.#topIn(await this.#options.places.again(id));
  }

  async #topIn(places: readonly Place[]): Promise<ProjectedImage | undefined> {
    const { claims: reader, proofs } = this.#options;
    let damage: unknown;
    for (const place of places) {
      try {
        const claims = await reader.read(place);
        if (claims === undefined || typeof claims === 'string') continue;
        const proven = await proofs.prove(place, claims);
        if (proven === undefined || typeof proven === 'string') continue;
        return { image: stored(claims.top.json, ancestryOf(claims), proven), proven, place };
      } catch (error) {
        if (!(error instanceof StoredContentDamaged)) throw error;
        damage ??= error;
      }
    }
    if (damage !== undefined) throw damage;
    return undefined;
  }
}

function stored(json: Uint8Array, ancestry: readonly ImageId[], { payload }: ProvenImage): StoredImage {
  return { json, ancestry, isUploading: false, checksums: [payload] };
}

function ancestryOf({ images }: Claims): ImageId[] {
  return images.map(({ id }) => id).reverse();
}
