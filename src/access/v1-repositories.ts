import { isV1NamePart } from './repository-name.js';

const DEFAULT_NAMESPACE = 'library';

/** What a registry keeps of a repository, by the word behind its name. `layer` is one for old registries only. */
const PARTS: ReadonlySet<string> = new Set(['images', 'auth', 'tags', 'json', 'properties']);
const WORDS: ReadonlySet<string> = new Set([...PARTS, 'layer']);
/** Those that can be written. To an old registry, `PUT` of `a/tags` makes a repository of that name. */
const WRITABLE: ReadonlySet<string> = new Set(['images', 'auth', 'properties']);

const NONE: readonly string[] = [];

/**
 * The repositories that a path below `/v1/repositories/` may be about, by all their names in the v2 API; none when it is
 * about no repository.
 *
 * A name has one part or two, and behind it may stand a word that could be a part of it. The shorter name is meant where
 * every registry reads it so; otherwise both are.
 *
 * @param segments decoded, without the empty one behind a slash at the end
 * @param isWriting whether something is put there
 */
export function v1RepositoriesOf(
  segments: readonly string[],
  isEndedBySlash: boolean,
  isWriting = false,
): readonly string[] {
  const [first = '', second, third] = segments;
  const short = namesOf(DEFAULT_NAMESPACE, first);
  if (second === undefined) return short;
  const long = namesOf(first, second);
  const isShort = isPart(segments.slice(1));
  const isLong = isPart(segments.slice(2));
  if (!WORDS.has(second)) {
    if (!isLong) return NONE;
    // `a/b/tags/json` is the tag `json`, or what is known of `a/b/tags`.
    return third === 'tags' && WORDS.has(segments[3] ?? '') ? both(long, [`${first}/${second}/tags`]) : long;
  }
  if (!isShort && !isLong) return NONE;
  const isWhole = third === undefined && (isEndedBySlash || (isWriting && !WRITABLE.has(second)));
  if (second === 'layer' || WORDS.has(third ?? '') || isWhole) return both(short, long);
  return isShort ? short : NONE;
}

/** Whether what follows a name is the repository itself or a part of it. */
function isPart([word, tag, last, ...more]: readonly string[]): boolean {
  if (word === undefined) return true;
  if (tag === undefined) return PARTS.has(word);
  return word === 'tags' && tag !== '' && (last === undefined || last === 'json') && more.length === 0;
}

/** `library/x` is `x` as well: some clients of the v2 API write the one, some the other. */
function namesOf(namespace: string, name: string): readonly string[] {
  if (!isV1NamePart(namespace) || !isV1NamePart(name)) return NONE;
  return namespace === DEFAULT_NAMESPACE ? [name, `${namespace}/${name}`] : [`${namespace}/${name}`];
}

/** None when one of them cannot be a name, and the path so not be understood. */
function both(some: readonly string[], others: readonly string[]): readonly string[] {
  return some.length === 0 || others.length === 0 ? NONE : [...some, ...others];
}
