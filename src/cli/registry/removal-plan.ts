import { Digest } from '../../registry/model/digest.js';
import { Tag } from '../../registry/model/reference.js';
import type { Repository } from '../../registry/model/repository.js';
import { CommandFailure } from '../command-failure.js';
import { lookahead } from './lookahead.js';
import { type NamedRepository, written } from './named.js';
import type { RegistrySource } from './source.js';
import { isDamage, walkManifests } from './walk.js';

/** Something that is to go. */
export interface Removal {
  readonly repository: Repository;
  readonly reference: Tag | Digest;
  /** For people, what else happens: `with its tags 1.0, latest`. */
  readonly note: string;
}

/** Tags looked at side by side. */
const WIDTH = 8;

/** Tags that a note names. */
const MOST_NAMED = 10;

/**
 * Finds out what has to be removed. Tags come before manifests, so that none is ever left that leads nowhere.
 *
 * @param onFound called with how many have been found so far.
 * @throws {CommandFailure} when something that was named is not there.
 */
export async function planRemoval(
  source: RegistrySource,
  { repository, reference }: NamedRepository,
  onFound: (count: number) => void,
): Promise<Removal[]> {
  if (reference === undefined) return planRepository(source, repository, onFound);
  const digest = reference instanceof Tag ? await resolve(source, repository, reference) : reference;
  if (reference instanceof Tag) {
    const note = digest === undefined ? 'the tag alone' : `the tag alone, of ${digest}`;
    return [{ repository, reference, note }];
  }
  await requireManifest(source, repository, reference);
  const tags = await tagsOf(source, repository, reference);
  const more = tags.length > MOST_NAMED ? ` and ${tags.length - MOST_NAMED} more` : '';
  const names = tags.slice(0, MOST_NAMED).join(', ');
  const note = tags.length === 0 ? 'no tag leads to it' : `with its tags ${names}${more}`;
  return [{ repository, reference, note }];
}

async function planRepository(
  source: RegistrySource,
  repository: Repository,
  onFound: (count: number) => void,
): Promise<Removal[]> {
  const tags: Removal[] = [];
  const manifests: Removal[] = [];
  const found = (): void => onFound(tags.length + manifests.length);
  const seen = new Set<string>();
  const add = (digest: Digest): void => {
    manifests.push({ repository, reference: digest, note: 'the manifest' });
    found();
  };
  for await (const name of source.tags(repository)) {
    const tag = Tag.read(name);
    if (tag === undefined) continue;
    tags.push({ repository, reference: tag, note: 'the tag' });
    found();
  }
  if (source.manifests !== undefined) {
    for await (const digest of source.manifests(repository)) add(digest);
    return [...tags, ...manifests];
  }
  // A registry lists no manifests, so they are found from the tags; those that nothing leads to stay.
  const roots = lookahead(each(tags), WIDTH, ({ reference }) => resolve(source, repository, reference));
  for await (const root of roots) {
    if (root === undefined) continue;
    for await (const { digest, problem } of walkManifests(source, repository, root, seen)) {
      if (problem !== 'missing') add(digest);
    }
  }
  return [...tags, ...manifests];
}

async function* each<T>(elements: readonly T[]): AsyncGenerator<T> {
  yield* elements;
}

/** undefined for a tag of a damaged manifest. */
async function resolve(
  source: RegistrySource,
  repository: Repository,
  reference: Tag | Digest,
): Promise<Digest | undefined> {
  if (reference instanceof Digest) return reference;
  try {
    const digest = await source.resolve(repository, reference);
    if (digest !== undefined) return digest;
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
  throw absent(source, repository, reference);
}

async function requireManifest(
  source: RegistrySource,
  repository: Repository,
  digest: Digest,
): Promise<void> {
  try {
    if ((await source.manifest(repository, digest)) === undefined) throw absent(source, repository, digest);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
}

function absent(source: RegistrySource, repository: Repository, reference: Tag | Digest): CommandFailure {
  return new CommandFailure(
    `${source.place}: there is no ${written(repository, reference)}, and nothing was removed`,
  );
}

async function tagsOf(source: RegistrySource, repository: Repository, digest: Digest): Promise<string[]> {
  const tags: string[] = [];
  const found = lookahead(source.tags(repository), WIDTH, async (name) => {
    const tag = Tag.read(name);
    const meant = tag === undefined ? undefined : await meaning(source, repository, tag);
    return meant?.equals(digest) === true ? name : undefined;
  });
  for await (const name of found) if (name !== undefined) tags.push(name);
  return tags;
}

/** A tag that goes while we look means nothing any more. */
async function meaning(
  source: RegistrySource,
  repository: Repository,
  tag: Tag,
): Promise<Digest | undefined> {
  try {
    return await source.resolve(repository, tag);
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}
