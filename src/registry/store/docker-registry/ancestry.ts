import { parseJson } from '../../model/json.js';
import { ImageId } from '../../model/v1/image-id.js';
import { type ImageJson, readImageJson } from '../../model/v1/image-json.js';
import { ImageDamaged } from '../v1-contracts.js';
import type { DockerRegistryLayout } from './docker-registry-layout.js';
import { readSmallFile } from './small-files.js';

/** Images from one to its base. No engine takes more than 127. */
export const DEEPEST = 1024;

/** Bytes of an image's JSON. */
export const JSON_LIMIT = 4 * 1024 * 1024;

/** Bytes of a list of ids: as many as {@link DEEPEST}, with some room. */
export const ANCESTRY_LIMIT = 128 * 1024;

/** Reads a list of ids. @returns undefined when it is none that the image's JSON agrees with. */
function listedAncestry(bytes: Uint8Array, { id, parent }: ImageJson): ImageId[] | undefined {
  const list = parseJson(bytes);
  if (!Array.isArray(list) || list.length === 0 || list.length > DEEPEST) return undefined;
  const ids: ImageId[] = [];
  for (const text of list) {
    const each = typeof text === 'string' ? ImageId.read(text) : undefined;
    if (each === undefined) return undefined;
    ids.push(each);
  }
  if (new Set(list).size !== list.length) return undefined;
  return ids[0]?.equals(id) === true && ids[1]?.hex === parent?.hex ? ids : undefined;
}

/** Reads the JSON of an image. @returns undefined when it is not there. @throws {ImageDamaged} */
export async function readJson(
  layout: DockerRegistryLayout,
  id: ImageId,
): Promise<{ readonly bytes: Buffer; readonly json: ImageJson } | undefined> {
  const bytes = await readSmallFile(layout.json(id), JSON_LIMIT);
  if (bytes === undefined) return undefined;
  if (bytes === 'unusable') throw new ImageDamaged(id, 'has a json that cannot be read');
  try {
    return { bytes, json: readImageJson(bytes, id) };
  } catch (error) {
    throw new ImageDamaged(id, 'has a json that is not the one of an image of this id', { cause: error });
  }
}

/**
 * The ids from an image to its base: as they are listed beside it or, when that is missing or garbled, as the parents say.
 *
 * @throws {ImageDamaged} when a parent is missing or damaged, or the image is above itself.
 */
export async function readAncestry(layout: DockerRegistryLayout, json: ImageJson): Promise<ImageId[]> {
  const bytes = await readSmallFile(layout.ancestry(json.id), ANCESTRY_LIMIT);
  const listed = bytes instanceof Uint8Array ? listedAncestry(bytes, json) : undefined;
  return listed ?? deriveAncestry(layout, json);
}

async function deriveAncestry(layout: DockerRegistryLayout, json: ImageJson): Promise<ImageId[]> {
  const ids = [json.id];
  const seen = new Set([json.id.hex]);
  for (let next = json.parent; next !== undefined; ) {
    if (seen.has(next.hex))
      throw new ImageDamaged(json.id, `comes again above ${next}: its parents go in a circle`);
    if (ids.length === DEEPEST) throw new ImageDamaged(json.id, `has more than ${DEEPEST} images below it`);
    seen.add(next.hex);
    ids.push(next);
    const parent: Awaited<ReturnType<typeof readJson>> = await readJson(layout, next);
    if (parent === undefined) throw new ImageDamaged(json.id, `depends on ${next}, which is not there`);
    next = parent.json.parent;
  }
  return ids;
}
