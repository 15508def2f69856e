import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Digest } from '../../registry/model/digest.js';
import { Tag } from '../../registry/model/reference.js';
import type { Repository } from '../../registry/model/repository.js';
import type { ContentDescription } from './description.js';
import { lookahead } from './lookahead.js';
import type { RegistrySource } from './source.js';
import { isDamage, walkManifests } from './walk.js';

/** What is wrong with something that a repository should have. */
export interface PullFinding {
  readonly kind: 'damaged' | 'missing';
  readonly repository: string;
  /** Digest of a manifest or a blob, or a tag that leads to nothing. */
  readonly name: string;
  /** Tags, or digests where no tag leads, of the images that need it; at most 100. */
  readonly images: readonly string[];
}

/** What has been pulled so far. */
export interface PullTotals {
  repositories: number;
  manifests: number;
  /** Contents read to their end; what several images share is read once. */
  blobs: number;
  bytes: number;
}

export interface PullObserver {
  readonly onProgress: (totals: Readonly<PullTotals>) => void;
  readonly onFinding: (finding: PullFinding) => void;
}

/** Blobs read side by side. */
const WIDTH = 4;

/** Blobs remembered as whole. */
const REMEMBERED = 1_000_000;

/** Images that a finding names. */
const MOST_IMAGES = 100;

/** What a transfer is tried again for when it breaks off. */
const ATTEMPTS = 2;

type Fault = PullFinding['kind'];

/** Pulls everything that repositories hold, as a client would, and compares it with its digests. */
export class PullVerification {
  readonly totals: PullTotals = { repositories: 0, manifests: 0, blobs: 0, bytes: 0 };
  readonly #source: RegistrySource;
  readonly #observer: PullObserver;
  readonly #signal: AbortSignal;
  readonly #whole = new Set<string>();

  constructor(source: RegistrySource, observer: PullObserver, signal: AbortSignal) {
    this.#source = source;
    this.#observer = observer;
    this.#signal = signal;
  }

  /** @throws {UnknownRepository} */
  async verify(repository: Repository): Promise<void> {
    const faults = new Map<string, Fault>();
    const seen = new Set<string>();
    for await (const { digest, name } of this.#roots(repository)) {
      if (digest === undefined) this.#tell(repository, name, 'missing', [name]);
      else await this.#verifyTree(repository, digest, seen, faults);
    }
    if (faults.size > 0) await this.#attribute(repository, faults);
    this.totals.repositories += 1;
    this.#observer.onProgress(this.totals);
  }

  /** Where images begin: the tags and, where they can be listed, the manifests without one. */
  async *#roots(repository: Repository): AsyncGenerator<{ name: string; digest: Digest | undefined }> {
    const roots = lookahead(this.#source.tags(repository), WIDTH, async (name) => {
      const tag = Tag.read(name);
      const digest = tag === undefined ? undefined : await this.#resolve(repository, tag);
      return { name, digest };
    });
    for await (const root of roots) yield root;
    if (this.#source.manifests === undefined) return;
    for await (const digest of this.#source.manifests(repository)) yield { name: digest.toString(), digest };
  }

  async #resolve(repository: Repository, tag: Tag): Promise<Digest | undefined> {
    try {
      return await this.#source.resolve(repository, tag);
    } catch (error) {
      if (isDamage(error)) return undefined;
      throw error;
    }
  }

  async #verifyTree(
    repository: Repository,
    root: Digest,
    seen: Set<string>,
    faults: Map<string, Fault>,
  ): Promise<void> {
    for await (const { digest, manifest, problem, isChild } of walkManifests(
      this.#source,
      repository,
      root,
      seen,
    )) {
      this.#signal.throwIfAborted();
      // An index may name what the repository does not hold.
      if (problem !== undefined && !(problem === 'missing' && isChild))
        faults.set(digest.toString(), problem);
      if (manifest === undefined) continue;
      this.totals.manifests += 1;
      this.totals.bytes += manifest.size;
      const blobs = contentsOf(manifest).filter((blob) => !seen.has(blob.digest));
      for (const blob of blobs) seen.add(blob.digest);
      for await (const { name, fault } of lookahead(each(blobs), WIDTH, (blob) =>
        this.#check(repository, blob),
      )) {
        if (fault !== undefined) faults.set(name, fault);
      }
      this.#observer.onProgress(this.totals);
    }
  }

  async #check(
    repository: Repository,
    { digest: name, isElsewhere }: ContentDescription,
  ): Promise<{ name: string; fault: Fault | undefined }> {
    const digest = Digest.parse(name);
    if (this.#whole.has(name)) {
      const isThere = isElsewhere === true || (await this.#source.hasBlob(repository, digest));
      return { name, fault: isThere ? undefined : 'missing' };
    }
    const fault = await this.#read(repository, digest);
    if (fault === undefined) this.#remember(name);
    return { name, fault: isElsewhere === true && fault === 'missing' ? undefined : fault };
  }

  async #read(repository: Repository, digest: Digest): Promise<Fault | undefined> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const hash = createHash(digest.algorithm);
      try {
        const content = await this.#source.blob(repository, digest);
        if (content === undefined) return 'missing';
        await pipeline(content, async (chunks: AsyncIterable<Buffer>) => {
          for await (const chunk of chunks) {
            hash.update(chunk);
            this.totals.bytes += chunk.length;
            this.#observer.onProgress(this.totals);
          }
        });
        this.totals.blobs += 1;
        return Digest.from(hash, digest.algorithm).equals(digest) ? undefined : 'damaged';
      } catch (error) {
        this.#signal.throwIfAborted();
        if (isDamage(error)) return 'damaged';
        if (!isBroken(error)) throw error;
      }
    }
    // A registry that finds the damage itself has nothing better than to cut the connection.
    return 'damaged';
  }

  #remember(name: string): void {
    if (this.#whole.size >= REMEMBERED) this.#whole.clear();
    this.#whole.add(name);
  }

  /** Walks once more, since what is shared was seen from one image only. */
  async #attribute(repository: Repository, faults: ReadonlyMap<string, Fault>): Promise<void> {
    const images = new Map<string, Set<string>>([...faults.keys()].map((name) => [name, new Set()]));
    const tagged = new Set<string>();
    for await (const { name, digest } of this.#roots(repository)) {
      if (digest === undefined || tagged.has(name)) continue;
      tagged.add(digest.toString());
      for await (const walked of walkManifests(this.#source, repository, digest, new Set())) {
        const { manifest } = walked;
        const needed = manifest === undefined ? [] : contentsOf(manifest).map((content) => content.digest);
        for (const needs of [walked.digest.toString(), ...needed]) {
          const users = images.get(needs);
          if (users !== undefined && users.size < MOST_IMAGES) users.add(name);
        }
      }
    }
    for (const [name, kind] of faults) this.#tell(repository, name, kind, [...(images.get(name) ?? [])]);
  }

  #tell({ name: repository }: Repository, name: string, kind: Fault, images: readonly string[]): void {
    this.#observer.onFinding({ kind, repository, name, images: [...images].sort() });
  }
}

function contentsOf({
  config,
  layers,
}: {
  readonly config: ContentDescription | undefined;
  readonly layers: readonly ContentDescription[];
}): readonly ContentDescription[] {
  return config === undefined ? layers : [config, ...layers];
}

async function* each<T>(elements: readonly T[]): AsyncGenerator<T> {
  yield* elements;
}

/** Whether a transfer or a read broke off in the middle. */
function isBroken(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && /^(?:UND_ERR_|E[A-Z]+$|ERR_STREAM)/.test(String(error.code))
  );
}
