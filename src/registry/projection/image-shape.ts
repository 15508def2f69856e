import { readDescriptor } from '../model/descriptor.js';
import type { Digest } from '../model/digest.js';
import { fieldOf, isJsonObject, type JsonObject, parseJson } from '../model/json.js';
import { MediaType } from '../model/media-type.js';
import { ImageId } from '../model/v1/image-id.js';
import type { StoredManifest } from '../store/contracts.js';

/** Engines of the v1 API cannot put more layers on each other. */
export const MOST_LAYERS = 127;

const CONFIGS: ReadonlySet<string> = new Set([
  'application/vnd.docker.container.image.v1+json',
  'application/vnd.oci.image.config.v1+json',
]);

/** Layers that engines of the v1 API can unpack. */
const LAYERS: ReadonlySet<string> = new Set([
  'application/vnd.docker.image.rootfs.diff.tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip',
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+gzip',
]);

const IMAGES: ReadonlySet<string> = new Set([MediaType.ociManifest, MediaType.dockerManifest]);
const INDEXES: ReadonlySet<string> = new Set([MediaType.ociIndex, MediaType.dockerList]);

/** What the manifest of an image names. */
export interface ImageShape {
  /** Of the top image: the hex digits of the config's digest. */
  readonly top: ImageId;
  readonly config: Digest;
  /** From the base up. */
  readonly layers: readonly Digest[];
}

/**
 * Reads what a manifest is to the v1 API.
 *
 * @returns an image; the digest of the manifest that an index stands for; or a sentence's end that says why it is
 * neither, such as `is not the manifest of an image`.
 */
export function readShape({ bytes, mediaType }: StoredManifest): ImageShape | Digest | string {
  const manifest = parseJson(bytes);
  if (!isJsonObject(manifest)) return 'cannot be read';
  if (INDEXES.has(mediaType)) return chosenChild(manifest);
  return IMAGES.has(mediaType) ? imageShape(manifest) : 'is not the manifest of an image';
}

function imageShape(manifest: JsonObject): ImageShape | string {
  const config = readDescriptor(fieldOf(manifest, 'config'));
  if (typeof config === 'string' || !CONFIGS.has(config.mediaType)) return 'is not the manifest of an image';
  const top = config.digest.algorithm === 'sha256' ? ImageId.read(config.digest.encoded) : undefined;
  if (top === undefined) return 'names its config by a digest that is no sha256';
  const list = fieldOf(manifest, 'layers') ?? [];
  if (!Array.isArray(list)) return 'has no list of layers';
  if (list.length > MOST_LAYERS) return `has more than ${MOST_LAYERS} layers`;
  const layers: Digest[] = [];
  for (const value of list) {
    const layer = readDescriptor(value);
    if (typeof layer === 'string') return 'has a layer that cannot be read';
    if (!LAYERS.has(layer.mediaType)) return 'has a layer that is neither a tar archive nor one in gzip';
    layers.push(layer.digest);
  }
  return { top, config: config.digest, layers };
}

/** That for linux on amd64, for which all engines of the v1 API were made; else the first image. */
function chosenChild(index: JsonObject): Digest | string {
  const list = fieldOf(index, 'manifests');
  if (!Array.isArray(list)) return 'is an index without images';
  let first: Digest | undefined;
  for (const value of list) {
    const child = readDescriptor(value);
    if (typeof child === 'string' || !IMAGES.has(child.mediaType)) continue;
    const platform = isJsonObject(value) ? fieldOf(value, 'platform') : undefined;
    if (isJsonObject(platform)) {
      const os = fieldOf(platform, 'os');
      if (os === 'linux' && fieldOf(platform, 'architecture') === 'amd64') return child.digest;
      // Builders put what they know of an image beside it, for a platform that does not exist.
      if (os === 'unknown') continue;
    }
    first ??= child.digest;
  }
  return first ?? 'is an index without images';
}
