import type { Tag } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import type { FilesystemStores } from '../store/filesystem/filesystem-store.js';
import type { StoredTag } from '../store/v1-contracts.js';
import type { Origins } from './origins.js';

/** Milliseconds: two writings that are closer together count as one beside the other, and the v1 tag as the newer. */
const MARGIN = 2_000;

/**
 * Tells whether something was pushed through the v2 API under a tag after its v1 tag had been written. A push takes the v1
 * tag away, unless the v1 API was off at that time or distribution's own registry took it.
 */
export async function isOvertaken(
  { manifests, tags }: Pick<FilesystemStores, 'manifests' | 'tags'>,
  origins: Origins,
  repository: Repository,
  tag: Tag,
  { written }: StoredTag,
): Promise<boolean> {
  if (written === undefined) return false;
  const current = await manifests.get(repository, tag);
  if (current === undefined || (await origins.of(current.digest)).length > 0) return false;
  return ((await tags.written(repository, tag)) ?? 0) > written + MARGIN;
}
