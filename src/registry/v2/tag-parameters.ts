import { Failure } from '../../exchange/failure.js';
import { Digest } from '../model/digest.js';
import { type Reference, Tag } from '../model/reference.js';

/** Tags that one push may set. */
const MOST = 100;

/**
 * The tags that a push sets: the one that its path names or, when the path names a digest, those of the query's `tag`
 * parameters (OCI Distribution 1.2 draft, end-7b).
 *
 * @throws {Failure} 414 for more than 100, 400 for one that cannot be, or for both kinds at once: a registry that knows
 *   nothing of `tag` would set the one in the path only, so the client could not tell what it has got.
 */
export function tagsOf(reference: Reference, query: string): readonly Tag[] {
  const names = query === '' ? [] : new URLSearchParams(query).getAll('tag');
  if (names.length > MOST) {
    throw new Failure(
      414,
      'UNSUPPORTED',
      `one push may set ${MOST} tags at most; push again with the others`,
    );
  }
  if (!(reference instanceof Digest)) {
    if (names.length === 0) return [reference];
    throw new Failure(400, 'UNSUPPORTED', 'further tags need a digest in the path, in place of the tag');
  }
  return [...new Set(names)].map((name) => Tag.parse(name));
}
