import { BoundedMap } from '../bounded-map.js';
import { Digest } from '../model/digest.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { Stores } from '../store/contracts.js';
import { StoredContentDamaged } from '../store/failure.js';
import type { Layout } from '../store/filesystem/layout.js';
import { openToRead } from '../store/filesystem/opening.js';
import { chainIds } from './chain.js';
import { BIGGEST_CONFIG, type ImageConfig, parentJson, readConfig, topJson } from './image-config.js';
import { type ImageShape, readShape } from './image-shape.js';
import type { Place } from './records.js';

/** Bytes of claims remembered, about. */
const REMEMBERED = 16 * 1024 * 1024;

/** One image of the v1 API, as a manifest and its config say. */
export interface ClaimedImage {
  readonly id: ImageId;
  readonly parent: ImageId | undefined;
  readonly json: Uint8Array;
  /** sha256 of the json. */
  readonly jsonDigest: string;
  /** The blob and the digest of what is in it; undefined for the top of an image without layers. */
  readonly layer: { readonly digest: Digest; readonly diffId: Digest } | undefined;
}

/** All images that a manifest stands for. Nobody has looked into the layers yet. */
export interface Claims {
  /** From the base up; the last one is the top. */
  readonly images: readonly ClaimedImage[];
  readonly top: ClaimedImage;
}

/** Reads what manifests and their configs say of images. */
export class ClaimReader {
  readonly #stores: Stores;
  readonly #layout: Layout;
  readonly #known = new BoundedMap<Claims | string>(REMEMBERED, weightOf);

  constructor(stores: Stores, layout: Layout) {
    this.#stores = stores;
    this.#layout = layout;
  }

  /**
   * @returns undefined when the manifest or its config is not held there; a sentence's end that says why it is no image of
   * the v1 API, such as `has 2 layers, but its config names 1`.
   * @throws {StoredContentDamaged}
   */
  async read({ repository, manifest }: Place): Promise<Claims | string | undefined> {
    const stored = await this.#stores.manifests.get(repository, manifest);
    if (stored === undefined) return undefined;
    const shape = readShape(stored);
    if (typeof shape === 'string') return shape;
    if (shape instanceof Digest) return 'is not the manifest of an image';
    const blob = await this.#stores.blobs.find(repository, shape.config);
    if (blob === undefined) return undefined;
    if (blob.size > BIGGEST_CONFIG) return 'has a config that is too big';
    const known = this.#known.get(manifest.toString());
    if (known !== undefined) return known;
    const bytes = await this.#content(shape.config, blob.size);
    if (bytes === undefined) return undefined;
    const claims = claimsOf(shape, bytes);
    this.#known.set(manifest.toString(), claims);
    return claims;
  }

  async #content(digest: Digest, size: number): Promise<Uint8Array | undefined> {
    const file = await openToRead(this.#layout.blob(digest));
    if (file === undefined) return undefined;
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
      const bytes = buffer.subarray(0, bytesRead);
      if (!Digest.of(bytes, digest.algorithm).equals(digest)) throw new StoredContentDamaged(digest);
      return bytes;
    } finally {
      await file.close();
    }
  }
}

function claimsOf(shape: ImageShape, bytes: Uint8Array): Claims | string {
  const config = readConfig(bytes, shape.layers.length);
  if (typeof config === 'string') return config;
  const chain = chainIds(config.diffIds);
  const last = shape.layers.length - 1;
  const parents = chain.slice(0, Math.max(0, last)).map((id, index) => {
    const parent = chain[index - 1];
    return claimed(id, parent, parentJson(id, parent), layerOf(shape, config, index));
  });
  const parent = parents.at(-1)?.id;
  const top = claimed(
    shape.top,
    parent,
    topJson(config.legacy, shape.top, parent),
    layerOf(shape, config, last),
  );
  return { images: [...parents, top], top };
}

function claimed(
  id: ImageId,
  parent: ImageId | undefined,
  json: Uint8Array,
  layer: ClaimedImage['layer'],
): ClaimedImage {
  return { id, parent, json, jsonDigest: Digest.of(json).encoded, layer };
}

function layerOf(shape: ImageShape, config: ImageConfig, index: number): ClaimedImage['layer'] {
  const digest = shape.layers[index];
  const diffId = config.diffIds[index];
  return digest === undefined || diffId === undefined ? undefined : { digest, diffId };
}

/** What an image takes beside its json, about. */
const IMAGE_BYTES = 1024;

function weightOf(claims: Claims | string): number {
  if (typeof claims === 'string') return IMAGE_BYTES;
  return claims.images.reduce((sum, { json }) => sum + json.length + IMAGE_BYTES, 0);
}
