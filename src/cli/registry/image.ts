import { Digest } from '../../registry/model/digest.js';
import type { Reference } from '../../registry/model/reference.js';
import type { Repository } from '../../registry/model/repository.js';
import {
  type ContentDescription,
  describeContent,
  describeManifest,
  type ManifestDescription,
} from './description.js';
import { type ImageConfig, readImageConfig } from './image-config.js';
import type { RegistrySource } from './source.js';
import { isDamage } from './walk.js';

/** A platform of an index. */
export interface PlatformDescription extends ContentDescription {
  /** An index may be sparse, so that not all of it is there. */
  readonly state: 'held' | 'not held' | 'damaged';
  readonly image: ImageConfig | undefined;
  /** Bytes of its manifest, config and layers. */
  readonly totalSize: number;
}

/** An image or artifact, and what is known of what it points at. */
export interface ImageDescription extends ManifestDescription {
  readonly image: ImageConfig | undefined;
  readonly platforms: readonly PlatformDescription[];
  /** Bytes of everything it consists of, what occurs twice counted once. */
  readonly totalSize: number;
}

/** Children of an index that are looked at. */
const MOST_CHILDREN = 256;

/** Depth of indexes within indexes. */
const DEEPEST = 4;

/** Looks at an image; undefined when it is not there. */
export async function inspectImage(
  source: RegistrySource,
  repository: Repository,
  reference: Reference,
): Promise<ImageDescription | undefined> {
  return look(source, repository, reference, new Map(), DEEPEST);
}

/** @param sizes bytes by digest of what has been counted. */
async function look(
  source: RegistrySource,
  repository: Repository,
  reference: Reference,
  sizes: Map<string, number>,
  depth: number,
): Promise<ImageDescription | undefined> {
  const manifest = await source.manifest(repository, reference);
  if (manifest === undefined) return undefined;
  const description = describeManifest(manifest);
  const { digest, size, config, layers, children } = description;
  sizes.set(digest, size);
  for (const content of config === undefined ? layers : [config, ...layers])
    sizes.set(content.digest, content.size);
  const image = config === undefined ? undefined : await readImageConfig(source, repository, config);
  const platforms: PlatformDescription[] = [];
  for (const child of depth === 0 ? [] : children.slice(0, MOST_CHILDREN)) {
    const own = new Map<string, number>();
    const digestOfChild = Digest.read(child.digest);
    let state: PlatformDescription['state'] = 'not held';
    let seen: ImageDescription | undefined;
    try {
      if (digestOfChild !== undefined) seen = await look(source, repository, digestOfChild, own, depth - 1);
      if (seen !== undefined) state = 'held';
    } catch (error) {
      if (!isDamage(error)) throw error;
      state = 'damaged';
    }
    for (const [name, bytes] of own) sizes.set(name, bytes);
    platforms.push({ ...child, state, image: seen?.image, totalSize: sum(own) });
  }
  return { ...description, image, platforms, totalSize: sum(sizes) };
}

function sum(sizes: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const size of sizes.values()) total += size;
  return total;
}

/** Referrers shown: what signs or describes an image is seldom more than a few. */
const MOST_REFERRERS = 1_000;

/** What refers to an image: signatures, lists of parts. */
export async function inspectReferrers(
  source: RegistrySource,
  repository: Repository,
  digest: Digest,
): Promise<ContentDescription[]> {
  const found: ContentDescription[] = [];
  for await (const value of source.referrers(repository, digest)) {
    const content = describeContent(value);
    if (content !== undefined) found.push(content);
    if (found.length === MOST_REFERRERS) break;
  }
  return found;
}
