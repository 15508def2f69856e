import { Failure } from '../../exchange/failure.js';
import { Digest } from './digest.js';

const RULE =
  'a tag begins with a letter, a digit or an underscore, goes on with those, dots and hyphens, and has at most 128 characters';

const PATTERN = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** A name that points at a manifest within its repository, in the grammar of OCI Distribution §Pulling manifests. */
export class Tag {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Reads a tag; undefined when it breaks the grammar. */
  static read(text: string): Tag | undefined {
    return PATTERN.test(text) ? new Tag(text) : undefined;
  }

  /**
   * Reads a tag that a client sent.
   *
   * @throws {Failure} 400 MANIFEST_INVALID.
   */
  static parse(text: string): Tag {
    const tag = Tag.read(text);
    if (tag !== undefined) return tag;
    throw new Failure(400, 'MANIFEST_INVALID', RULE, { detail: { tag: text.slice(0, 160) } });
  }

  toString(): string {
    return this.name;
  }
}

/** What stands after `/manifests/`. */
export type Reference = Tag | Digest;

/**
 * Reads a tag or, when the text has a colon, a digest.
 *
 * @param isWanted whether somebody looks for what is there: what cannot be a tag is then one that is not there, as
 * clients expect of everything that nobody has pushed.
 * @throws {Failure} 400 DIGEST_INVALID or MANIFEST_INVALID; 404 MANIFEST_UNKNOWN.
 */
export function parseReference(text: string, isWanted = false): Reference {
  if (text.includes(':')) return Digest.parse(text);
  if (!isWanted) return Tag.parse(text);
  const tag = Tag.read(text);
  if (tag !== undefined) return tag;
  throw new Failure(404, 'MANIFEST_UNKNOWN', `there is no such tag: ${RULE}`, {
    detail: { tag: text.slice(0, 160) },
  });
}
