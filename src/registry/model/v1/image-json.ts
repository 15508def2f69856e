import { Failure } from '../../../exchange/failure.js';
import { fieldOf, isJsonObject, type JsonObject, parseJson } from '../json.js';
import { ImageId } from './image-id.js';

/**
 * What the JSON of a v1 image says. Only id and parent are checked, since nothing else was ever asked of it; a field of
 * another type than here counts as absent. {@link fields} has everything as it came.
 */
export interface ImageJson {
  readonly id: ImageId;
  /** The image below; absent for a base. */
  readonly parent?: ImageId;
  /** RFC 3339. */
  readonly created?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly architecture?: string;
  readonly os?: string;
  readonly docker_version?: string;
  /** The container that the image was made of. */
  readonly container?: string;
  /** How that container ran: its `Cmd` tells what made the layer. */
  readonly container_config?: JsonObject;
  /** How containers of the image run. */
  readonly config?: JsonObject;
  /** The layer holds nothing. */
  readonly throwaway?: boolean;
  /** Bytes of the layer when it is unpacked. */
  readonly Size?: number;
  /** Digest that engines since 1.10 give the layer. */
  readonly layer_id?: string;
  /** Every field, also those that nobody here knows; see {@link fieldOf}. */
  readonly fields: JsonObject;
}

const TEXTS = [
  'created',
  'author',
  'comment',
  'architecture',
  'os',
  'docker_version',
  'container',
  'layer_id',
] as const;
const OBJECTS = ['container_config', 'config'] as const;

function refused(message: string): Failure {
  return new Failure(400, 'MANIFEST_INVALID', message);
}

function parentIn(object: JsonObject): ImageId | undefined {
  const parent = fieldOf(object, 'parent');
  if (parent === undefined || parent === null || parent === '') return undefined;
  const id = typeof parent === 'string' ? ImageId.read(parent) : undefined;
  // What cannot be an id is no image that is there.
  if (id === undefined) throw refused('Image depends on a non existing parent');
  return id;
}

function knownFields(object: JsonObject): Partial<ImageJson> {
  const known: Record<string, unknown> = {};
  for (const name of TEXTS) {
    const value = fieldOf(object, name);
    if (typeof value === 'string') known[name] = value;
  }
  for (const name of OBJECTS) {
    const value = fieldOf(object, name);
    if (isJsonObject(value)) known[name] = value;
  }
  const throwaway = fieldOf(object, 'throwaway');
  if (typeof throwaway === 'boolean') known['throwaway'] = throwaway;
  const size = fieldOf(object, 'Size');
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) known['Size'] = size;
  return known;
}

/**
 * Reads the JSON of a v1 image.
 *
 * @param bytes as they came; whoever takes them from a client bounds them. @param expected the image that it has to be of.
 * @throws {Failure} 400 with the messages of docker-registry: `Invalid JSON`, ``Missing key `id' in JSON``, `JSON data
 * contains invalid id`, and `Image depends on a non existing parent` for a parent that cannot be an image.
 */
export function readImageJson(bytes: Uint8Array, expected?: ImageId): ImageJson {
  const object = parseJson(bytes);
  if (!isJsonObject(object)) throw refused('Invalid JSON');
  const stated = fieldOf(object, 'id');
  if (stated === undefined) throw refused("Missing key `id' in JSON");
  const id = typeof stated === 'string' ? ImageId.read(stated) : undefined;
  if (id === undefined || (expected !== undefined && !id.equals(expected))) {
    throw refused('JSON data contains invalid id');
  }
  const parent = parentIn(object);
  return { ...knownFields(object), id, ...(parent === undefined ? {} : { parent }), fields: object };
}
