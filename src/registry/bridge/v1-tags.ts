import { Failure } from '../../exchange/failure.js';
import type { Tag } from '../model/reference.js';
import { Repository } from '../model/repository.js';
import type { ImageId } from '../model/v1/image-id.js';
import { DEFAULT_NAMESPACE, type V1Repository } from '../model/v1/v1-repository.js';
import type { StoredTag, V1Stores } from '../store/v1-contracts.js';

/** The v2 repositories in which the tags of a v1 repository are seen: the name itself, and without `library/`. */
export function successorsOf(repository: V1Repository): Repository[] {
  const names =
    repository.namespace === DEFAULT_NAMESPACE
      ? [repository.name, repository.toString()]
      : [repository.toString()];
  return names.map((name) => Repository.read(name)).filter((each) => each !== undefined);
}

/** Tags of a v1 repository that mean one of some images, as they are now. */
export async function tagsOfImages(
  v1: V1Stores,
  repository: V1Repository,
  images: readonly ImageId[],
  read: (name: string) => Tag | undefined,
): Promise<Tag[]> {
  if (images.length === 0) return [];
  const wanted = new Set(images.map(({ hex }) => hex));
  const tags: Tag[] = [];
  for (const [name, image] of (await v1.tags.list(repository)) ?? []) {
    const tag = wanted.has(image.hex) ? read(name) : undefined;
    if (tag !== undefined) tags.push(tag);
  }
  return tags;
}

/** 405: what lies in a directory that is served read-only cannot be deleted. */
export function heldByReadOnly(repository: V1Repository, what: string): Failure {
  return new Failure(
    405,
    'UNSUPPORTED',
    `${what} comes from the v1 repository ${repository}, which is served read-only; delete it there, or serve that directory read-write`,
  );
}

/** A v1 tag that was seen. */
export interface SeenTag {
  readonly tag: Tag;
  readonly stored: StoredTag;
}

/** Those of some tags that the v1 side has. */
export async function seenTags(
  v1: V1Stores,
  repository: V1Repository,
  tags: readonly Tag[],
): Promise<SeenTag[]> {
  const seen: SeenTag[] = [];
  for (const tag of tags) {
    const stored = await v1.tags.get(repository, tag);
    if (stored !== undefined) seen.push({ tag, stored });
  }
  return seen;
}
