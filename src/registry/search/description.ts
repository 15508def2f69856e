import { Digest } from '../model/digest.js';
import { fieldOf, isJsonObject, type JsonObject, parseJson } from '../model/json.js';
import type { Repository } from '../model/repository.js';
import type { Stores } from '../store/contracts.js';
import { wellFormed, withoutControls } from './query.js';
import { readSmallBlob } from './small-blob.js';

/** Characters of a description that are kept. */
const LONGEST = 512;

/** Where images say what they are (OCI Image §Pre-Defined Annotation Keys), the better first. */
const KEYS = ['org.opencontainers.image.description', 'org.opencontainers.image.title'] as const;

/** A text as it is shown: no control characters, no long gaps, at most 512 characters. */
export function shown(text: string): string {
  // What is much longer is cut first, so that it costs no more.
  const clean = withoutControls(wellFormed(text.slice(0, 8 * LONGEST)))
    .replace(/\s+/g, ' ')
    .trim();
  return Array.from(wellFormed(clean.slice(0, 2 * LONGEST)))
    .slice(0, LONGEST)
    .join('');
}

/** The best of what several labels or annotations say, in their order; empty when they say nothing. */
export function describedBy(places: readonly unknown[]): string {
  for (const key of KEYS) {
    for (const place of places) {
      const value = isJsonObject(place) ? fieldOf(place, key) : undefined;
      const text = typeof value === 'string' ? shown(value) : '';
      if (text !== '') return text;
    }
  }
  return '';
}

/** The labels of a configuration: of an image, or of the v1 API. */
export function labelsOf(configuration: unknown): unknown {
  const config = isJsonObject(configuration) ? fieldOf(configuration, 'config') : undefined;
  return isJsonObject(config) ? fieldOf(config, 'Labels') : undefined;
}

function object(bytes: Uint8Array | undefined): JsonObject | undefined {
  const value = bytes === undefined ? undefined : parseJson(bytes);
  return isJsonObject(value) ? value : undefined;
}

function digestIn(descriptor: unknown): Digest | undefined {
  const text = isJsonObject(descriptor) ? fieldOf(descriptor, 'digest') : undefined;
  return typeof text === 'string' ? Digest.read(text) : undefined;
}

function isUsual(descriptor: unknown): boolean {
  const platform = isJsonObject(descriptor) ? fieldOf(descriptor, 'platform') : undefined;
  return (
    isJsonObject(platform) &&
    fieldOf(platform, 'os') === 'linux' &&
    fieldOf(platform, 'architecture') === 'amd64'
  );
}

/** What a manifest, its config or, for an index, the image for linux/amd64 or else the first one say of themselves. */
export async function describeManifest(
  { manifests, blobs }: Pick<Stores, 'manifests' | 'blobs'>,
  repository: Repository,
  bytes: Uint8Array,
): Promise<string> {
  const manifest = object(bytes);
  if (manifest === undefined) return '';
  const places: unknown[] = [fieldOf(manifest, 'annotations')];
  const children = fieldOf(manifest, 'manifests');
  let image: JsonObject | undefined = manifest;
  if (Array.isArray(children)) {
    const child = digestIn(children.find(isUsual) ?? children[0]);
    image = child === undefined ? undefined : object((await manifests.get(repository, child))?.bytes);
    if (image !== undefined) places.push(fieldOf(image, 'annotations'));
  }
  const config = image === undefined ? undefined : digestIn(fieldOf(image, 'config'));
  if (config !== undefined) places.push(labelsOf(object(await readSmallBlob(blobs, repository, config))));
  return describedBy(places);
}
