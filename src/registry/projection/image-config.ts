import { Digest } from '../model/digest.js';
import { fieldOf, isJsonObject, type JsonObject, parseJson } from '../model/json.js';
import type { ImageId } from '../model/v1/image-id.js';
import { MOST_LAYERS } from './image-shape.js';

/** Bytes: no engine takes a config as big as this. */
export const BIGGEST_CONFIG = 4 * 1024 * 1024;

/** What an engine of the v1 API knows of the fields of a config, in the order of their names. */
const LEGACY = [
  'architecture',
  'author',
  'comment',
  'config',
  'container',
  'container_config',
  'created',
  'docker_version',
  'os',
] as const;

/** What an engine makes of a field that it cannot take for a time is an error. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** The config of an image, as far as the v1 API can tell of it. */
export interface ImageConfig {
  /** Digests of the unpacked layers from the base up, as the config claims them. */
  readonly diffIds: readonly Digest[];
  /** Fields that go into the top image's json. */
  readonly legacy: JsonObject;
}

/** Reads a config (OCI Image §config). @returns a sentence's end that says what is wrong with it. */
export function readConfig(bytes: Uint8Array, layers: number): ImageConfig | string {
  const config = parseJson(bytes);
  if (!isJsonObject(config)) return 'has a config that cannot be read';
  const diffIds = readDiffIds(config);
  if (typeof diffIds === 'string') return diffIds;
  if (diffIds.length !== layers) return `has ${layers} layers, but its config names ${diffIds.length}`;
  const steps = stepsWithLayer(config);
  if (steps !== undefined && steps !== layers) {
    return `has ${layers} layers, but its history tells of ${steps}`;
  }
  return { diffIds, legacy: legacyFields(config) };
}

function readDiffIds(config: JsonObject): Digest[] | string {
  const rootfs = fieldOf(config, 'rootfs');
  const list = isJsonObject(rootfs) ? (fieldOf(rootfs, 'diff_ids') ?? []) : [];
  if (!Array.isArray(list) || list.length > MOST_LAYERS) return 'has a config with no usable list of layers';
  const diffIds: Digest[] = [];
  for (const text of list) {
    const digest = typeof text === 'string' ? Digest.read(text) : undefined;
    if (digest?.algorithm !== 'sha256') return 'has a config that names a layer by no sha256';
    diffIds.push(digest);
  }
  return diffIds;
}

/** @returns undefined when the config has no history, which is optional. */
function stepsWithLayer(config: JsonObject): number | undefined {
  const history = fieldOf(config, 'history');
  if (!Array.isArray(history) || history.length === 0) return undefined;
  return history.filter((step) => !(isJsonObject(step) && fieldOf(step, 'empty_layer') === true)).length;
}

function legacyFields(config: JsonObject): JsonObject {
  const fields = LEGACY.map((name) => [name, fieldOf(config, name)] as const);
  return Object.fromEntries(fields.filter(([name, value]) => isTaken(name, value)));
}

function isTaken(name: (typeof LEGACY)[number], value: unknown): boolean {
  if (name === 'config' || name === 'container_config') return isJsonObject(value);
  return typeof value === 'string' && (name !== 'created' || TIME.test(value));
}

/** The json of a top image: the same bytes for the same config, fields in the order of their names. */
export function topJson(legacy: JsonObject, id: ImageId, parent: ImageId | undefined): Uint8Array {
  const fields: [string, unknown][] = [...Object.entries(legacy), ['id', id.hex]];
  if (parent !== undefined) fields.push(['parent', parent.hex]);
  fields.sort(([one], [other]) => (one < other ? -1 : 1));
  return Buffer.from(JSON.stringify(Object.fromEntries(fields)));
}

/**
 * The json of an image below the top, as docker 1.10 made it. It depends on the chain id alone, since images with
 * different histories share it and its checksum covers it. Engines find all other fields optional.
 */
export function parentJson(id: ImageId, parent: ImageId | undefined): Uint8Array {
  return Buffer.from(
    parent === undefined ? `{"id":"${id.hex}"}` : `{"id":"${id.hex}","parent":"${parent.hex}"}`,
  );
}
