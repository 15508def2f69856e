import { Digest } from '../../registry/model/digest.js';
import type { Repository } from '../../registry/model/repository.js';
import { StoredContentDamaged } from '../../registry/store/failure.js';
import { RemoteFailure } from '../../remote/failure.js';
import { describeContent, describeManifest, type ManifestDescription } from './description.js';
import type { RegistrySource } from './source.js';

/** A manifest that can be reached, or what is in its place. */
export interface WalkedManifest {
  readonly digest: Digest;
  /** undefined when it is not there or is damaged. */
  readonly manifest: ManifestDescription | undefined;
  readonly problem: 'missing' | 'damaged' | undefined;
  /** An index names it, and nothing else was known of it: an index may name what the repository does not hold. */
  readonly isChild: boolean;
}

/**
 * Everything that can be reached from a manifest: itself, what an index names, and what refers to any of them.
 *
 * @param seen digests that are left out, to which everything reached is added.
 */
export async function* walkManifests(
  source: RegistrySource,
  repository: Repository,
  root: Digest,
  seen: Set<string>,
): AsyncGenerator<WalkedManifest> {
  const waiting: { digest: Digest; isChild: boolean }[] = [{ digest: root, isChild: false }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { digest, isChild } = next;
    if (seen.has(digest.toString())) continue;
    seen.add(digest.toString());
    const { manifest, problem } = await load(source, repository, digest);
    yield { digest, manifest, problem, isChild };
    if (problem === 'missing') continue;
    for await (const value of source.referrers(repository, digest)) {
      const referrer = Digest.read(describeContent(value)?.digest ?? '');
      if (referrer !== undefined) waiting.push({ digest: referrer, isChild: false });
    }
    for (const { digest: text } of manifest?.children ?? []) {
      const child = Digest.read(text);
      if (child !== undefined) waiting.push({ digest: child, isChild: true });
    }
  }
}

async function load(
  source: RegistrySource,
  repository: Repository,
  digest: Digest,
): Promise<Pick<WalkedManifest, 'manifest' | 'problem'>> {
  try {
    const manifest = await source.manifest(repository, digest);
    if (manifest === undefined) return { manifest: undefined, problem: 'missing' };
    return { manifest: describeManifest(manifest), problem: undefined };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { manifest: undefined, problem: 'damaged' };
  }
}

/** Whether an error says that this content is damaged or cannot be read, while the rest of the registry can. */
export function isDamage(error: unknown): boolean {
  if (error instanceof StoredContentDamaged) return true;
  return error instanceof RemoteFailure && (error.code === 'DAMAGED' || error.code === 'UNEXPECTED');
}
