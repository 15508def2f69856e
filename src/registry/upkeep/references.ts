import { Digest } from '../model/digest.js';
import { fieldOf, isJsonObject, type JsonObject, parseJson } from '../model/json.js';
import { isManifestMediaType, MediaType } from '../model/media-type.js';

/** What a stored manifest names. */
export interface References {
  /** Config, layers and blobs. */
  readonly blobs: readonly Digest[];
  /** What an index names: manifests, and in caches of builds blobs too. */
  readonly children: readonly Digest[];
  readonly subject: Digest | undefined;
}

/** Field of a manifest, and the field of each of its entries that has the digest; schema 1 calls it `blobSum`. */
const BLOB_LISTS: readonly (readonly [string, string])[] = [
  ['layers', 'digest'],
  ['blobs', 'digest'],
  ['fsLayers', 'blobSum'],
];

/** Of what has one of these types it is known that a missing field means an empty list. */
const KNOWN: ReadonlySet<unknown> = new Set(Object.values(MediaType));
const FIELDS = ['config', 'layers', 'blobs', 'fsLayers', 'manifests', 'subject'];

/** An algorithm that nothing can be stored under here, so that what it names is not here either. */
const FOREIGN_DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[A-Za-z0-9=_-]+$/;
const STORED = /^sha(?:256|512):/;

class NotUnderstood extends Error {}

function digestIn(entry: unknown, field: string): Digest | undefined {
  const text = isJsonObject(entry) ? fieldOf(entry, field) : undefined;
  if (typeof text !== 'string') throw new NotUnderstood();
  const digest = Digest.read(text);
  if (digest === undefined && (STORED.test(text) || !FOREIGN_DIGEST.test(text))) throw new NotUnderstood();
  return digest;
}

function digestsIn(object: JsonObject, name: string, field = 'digest'): Digest[] {
  const list = fieldOf(object, name) ?? [];
  if (!Array.isArray(list)) throw new NotUnderstood();
  return list.map((entry) => digestIn(entry, field)).filter((digest) => digest !== undefined);
}

function optionalDigest(object: JsonObject, name: string): Digest | undefined {
  const descriptor = fieldOf(object, name) ?? undefined;
  return descriptor === undefined ? undefined : digestIn(descriptor, 'digest');
}

function isUnderstood(object: JsonObject): boolean {
  const mediaType = fieldOf(object, 'mediaType');
  if (mediaType !== undefined && (typeof mediaType !== 'string' || !isManifestMediaType(mediaType))) {
    return false;
  }
  return KNOWN.has(mediaType) || FIELDS.some((name) => Object.hasOwn(object, name));
}

/**
 * Reads what a stored manifest names. It has been checked when it was pushed, but maybe by another registry, by other
 * rules: foreign layers and schema 1 count here.
 *
 * @returns undefined when there may be references that are not understood.
 */
export function readReferences(bytes: Uint8Array): References | undefined {
  const object = parseJson(bytes);
  if (!isJsonObject(object) || !isUnderstood(object)) return undefined;
  try {
    const config = optionalDigest(object, 'config');
    return {
      blobs: [
        ...(config === undefined ? [] : [config]),
        ...BLOB_LISTS.flatMap(([name, field]) => digestsIn(object, name, field)),
      ],
      children: digestsIn(object, 'manifests'),
      subject: optionalDigest(object, 'subject'),
    };
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}
