import { fieldOf, isJsonObject, parseJson } from '../../model/json.js';
import { Tag } from '../../model/reference.js';
import { ImageId } from '../../model/v1/image-id.js';
import type { ListedImage } from '../v1-contracts.js';

/** Bytes of a stored list. */
export const LIST_LIMIT = 4 * 1024 * 1024;

/** Entries of a list. */
const MOST = 10_000;

const CHECKSUM = /^[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}:[A-Fa-f0-9]{1,128}$/;

/** What can be used of an entry; undefined without an id. */
function readEntry({ id, checksum, Tag: tag }: Record<keyof ListedImage, unknown>): ListedImage | undefined {
  if (typeof id !== 'string' || ImageId.read(id) === undefined) return undefined;
  return {
    id,
    ...(typeof checksum === 'string' && CHECKSUM.test(checksum) ? { checksum } : {}),
    ...(typeof tag === 'string' && Tag.read(tag) !== undefined ? { Tag: tag } : {}),
  };
}

/** Takes from a list what can be an entry of it. */
export function validEntries(images: readonly ListedImage[]): ListedImage[] {
  const entries: ListedImage[] = [];
  for (const { id, checksum, Tag: tag } of images) {
    const entry = readEntry({ id, checksum, Tag: tag });
    if (entry !== undefined && entries.push(entry) === MOST) break;
  }
  return entries;
}

/** Reads a stored list; what is no list is an empty one. */
export function readList(bytes: Uint8Array): ListedImage[] {
  const value = parseJson(bytes);
  if (!Array.isArray(value)) return [];
  return value
    .filter(isJsonObject)
    .map((each) =>
      readEntry({ id: fieldOf(each, 'id'), checksum: fieldOf(each, 'checksum'), Tag: fieldOf(each, 'Tag') }),
    )
    .filter((entry) => entry !== undefined);
}

/** Unites lists by id. The first checksum of an image stays; tags go. */
export function mergeLists(stored: readonly ListedImage[], announced: readonly ListedImage[]): ListedImage[] {
  const merged = new Map<string, ListedImage>();
  for (const { id, checksum } of [...stored, ...announced]) {
    if (merged.get(id)?.checksum !== undefined) continue;
    if (merged.size === MOST && !merged.has(id)) continue;
    merged.set(id, { id, ...(checksum === undefined ? {} : { checksum }) });
  }
  return [...merged.values()];
}
