import { Failure } from '../../exchange/failure.js';
import { type Descriptor, readDescriptor } from './descriptor.js';
import { duplicateName, foldedName } from './duplicate-name.js';
import { fieldOf, isJsonObject, type JsonObject, parseJson } from './json.js';
import { isForeignLayer, isManifestMediaType, MediaType } from './media-type.js';

/** What a registry needs to know of a manifest; the bytes themselves are kept as they came. */
export interface Manifest {
  readonly bytes: Uint8Array;
  /** What the manifest says it is or, when it does not say, what its shape makes it. */
  readonly mediaType: string;
  /** Config and layers that have to be in the repository; foreign layers are left out. */
  readonly blobs: readonly Descriptor[];
  /** Manifests that an index names. */
  readonly children: readonly Descriptor[];
  /** The manifest that this one is about (OCI Image §subject). */
  readonly subject: Descriptor | undefined;
  /** What it is among referrers: its own artifactType, or else the type of an image's config (OCI end-12). */
  readonly artifactType: string | undefined;
  readonly annotations: JsonObject | undefined;
}

/** The fields that somebody acts on. */
const FIELDS: ReadonlyMap<string, string> = new Map(
  [
    'schemaVersion',
    'mediaType',
    'artifactType',
    'config',
    'layers',
    'blobs',
    'manifests',
    'subject',
    'annotations',
    'fsLayers',
  ].map((name) => [foldedName(name), name]),
);

const SCHEMA_1: ReadonlySet<string> = new Set([MediaType.dockerSchema1, MediaType.dockerSchema1Signed]);
const INDEXES: ReadonlySet<string> = new Set([MediaType.ociIndex, MediaType.dockerList]);
const IMAGES: ReadonlySet<string> = new Set([MediaType.ociManifest, MediaType.dockerManifest]);

function invalid(sentence: string): Failure {
  return new Failure(400, 'MANIFEST_INVALID', sentence);
}

function isSchema1(object: JsonObject): boolean {
  return fieldOf(object, 'schemaVersion') === 1 || fieldOf(object, 'fsLayers') !== undefined;
}

function typeByShape(object: JsonObject): string | undefined {
  if (isSchema1(object)) return MediaType.dockerSchema1Signed;
  if (fieldOf(object, 'manifests') !== undefined) return MediaType.ociIndex;
  if (fieldOf(object, 'config') !== undefined || fieldOf(object, 'layers') !== undefined) {
    return MediaType.ociManifest;
  }
  return undefined;
}

function mediaTypeOfObject(object: JsonObject): string | undefined {
  const stated = fieldOf(object, 'mediaType');
  if (typeof stated === 'string' && stated !== '' && isManifestMediaType(stated)) return stated;
  return typeByShape(object);
}

/** The media type to serve stored bytes under: what the JSON states, else what its shape tells, else an OCI manifest. */
export function mediaTypeOf(bytes: Uint8Array): string {
  const value = parseJson(bytes);
  return (isJsonObject(value) ? mediaTypeOfObject(value) : undefined) ?? MediaType.ociManifest;
}

function descriptorOf(value: unknown, place: string): Descriptor {
  const descriptor = readDescriptor(value);
  if (typeof descriptor === 'string') throw invalid(`the manifest's ${place} ${descriptor}`);
  return descriptor;
}

function listOf(object: JsonObject, name: string): Descriptor[] {
  const list = fieldOf(object, name);
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw invalid(`the manifest's ${name} is not a list`);
  return list.map((value, index) => descriptorOf(value, `${name}[${index}]`));
}

function refuseDoubleMeanings(object: JsonObject, bytes: Uint8Array): void {
  const twice = duplicateName(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (twice !== undefined)
    throw invalid(`the manifest has the field ${JSON.stringify(twice.slice(0, 100))} twice`);
  for (const name of Object.keys(object)) {
    const field = FIELDS.get(foldedName(name));
    // Readers that take no notice of case would see a field where others see none.
    if (field !== undefined && field !== name)
      throw invalid(`the manifest's field ${name} has to be written ${field}`);
  }
}

function artifactTypeOf(object: JsonObject, config: Descriptor | undefined): string | undefined {
  const artifactType = fieldOf(object, 'artifactType');
  if (typeof artifactType === 'string' && artifactType !== '') return artifactType;
  return config?.mediaType;
}

function refuseMixedShapes(object: JsonObject, mediaType: string): void {
  const hasChildren = fieldOf(object, 'manifests') !== undefined;
  const hasBlobs = fieldOf(object, 'config') !== undefined || fieldOf(object, 'layers') !== undefined;
  // Bytes that are an image to one reader and an index to another would let two clients pull different things
  // by one digest.
  if (hasChildren && hasBlobs) throw invalid('the manifest names both manifests and layers');
  if (INDEXES.has(mediaType) && hasBlobs) throw invalid(`an ${mediaType} has no config and no layers`);
  if (IMAGES.has(mediaType) && hasChildren) throw invalid(`an ${mediaType} has no manifests`);
  if (IMAGES.has(mediaType) && fieldOf(object, 'config') === undefined) {
    throw invalid("the manifest's config is missing");
  }
}

/**
 * Reads a manifest that a client pushes (OCI end-7).
 *
 * @param contentType what the client calls it, without parameters; empty when it does not say.
 * @throws {Failure} 400 MANIFEST_INVALID, with a sentence that says which part is wrong.
 */
export function parseManifest(bytes: Uint8Array, contentType: string): Manifest {
  const value = parseJson(bytes);
  if (!isJsonObject(value))
    throw invalid('the manifest is not a JSON object in UTF-8, or has too many parts');
  if (SCHEMA_1.has(contentType) || isSchema1(value)) {
    throw invalid(
      'this is an image manifest of schema 1, which names layers by names that nobody can check and is no longer accepted; push again with docker 1.10 or later',
    );
  }
  refuseDoubleMeanings(value, bytes);
  const stated = fieldOf(value, 'mediaType');
  if (stated !== undefined && typeof stated !== 'string')
    throw invalid("the manifest's mediaType is not a text");
  const mediaType = mediaTypeOfObject(value);
  if (mediaType === undefined || (typeof stated === 'string' && stated !== '' && stated !== mediaType)) {
    throw invalid('the manifest has no usable mediaType and neither manifests, config nor layers');
  }
  const isKnown = IMAGES.has(mediaType) || INDEXES.has(mediaType);
  if (isKnown && fieldOf(value, 'schemaVersion') !== 2)
    throw invalid("the manifest's schemaVersion is not 2");
  if (contentType !== '' && contentType !== mediaType.toLowerCase()) {
    throw invalid(`the manifest is a ${mediaType}, but its Content-Type says something else`);
  }
  refuseMixedShapes(value, mediaType);
  const stored = fieldOf(value, 'config');
  const config = stored === undefined ? undefined : descriptorOf(stored, 'config');
  const subject = fieldOf(value, 'subject');
  const annotations = fieldOf(value, 'annotations');
  const layers = [...listOf(value, 'layers'), ...listOf(value, 'blobs')];
  return {
    bytes,
    mediaType,
    blobs: [
      ...(config === undefined ? [] : [config]),
      ...layers.filter((layer) => !layer.hasUrls && !isForeignLayer(layer.mediaType)),
    ],
    children: listOf(value, 'manifests'),
    subject: subject === undefined || subject === null ? undefined : descriptorOf(subject, 'subject'),
    artifactType: artifactTypeOf(value, config),
    annotations: isJsonObject(annotations) ? annotations : undefined,
  };
}
