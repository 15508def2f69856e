import { inGroups } from '../batches.js';
import { DIGEST_ALGORITHMS, type Digest } from '../model/digest.js';
import type { Tag } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import { digestsIn, tagsIn } from '../store/filesystem/directory-entries.js';
import type { Layout } from '../store/filesystem/layout.js';
import { examineLink } from '../store/filesystem/link-reader.js';
import { isPresent } from '../store/filesystem/presence.js';
import type { Quarantine } from '../store/filesystem/quarantine.js';
import { AffectedManifests } from './verification-affected.js';
import type { VerificationFindings } from './verification-findings.js';
import { type Named, readNamed } from './verification-manifest.js';

/** Links followed side by side. */
const WIDTH = 16;

/** What following the links needs. */
export interface LinkVerificationParts {
  readonly layout: Layout;
  readonly quarantine: Quarantine;
  readonly findings: VerificationFindings;
  readonly signal: AbortSignal | undefined;
}

/**
 * Follows every link of one repository: from tags and indexes to manifests, and from those to their blobs.
 *
 * A server may be at work. It makes content before links, and removes links before content: so what looks wrong is
 * wrong only if the link that led there is still there afterwards.
 */
export class LinkVerification {
  readonly #parts: LinkVerificationParts;
  readonly #repository: Repository;
  readonly #affected = new AffectedManifests();
  #hasIndexes = false;

  constructor(parts: LinkVerificationParts, repository: Repository) {
    this.#parts = parts;
    this.#repository = repository;
  }

  /** @throws the signal's reason. */
  async run(): Promise<void> {
    const { layout, findings } = this.#parts;
    await this.#eachManifest((digest) => this.#examine(digest));
    while (this.#hasIndexes && !this.#affected.isEmpty && (await this.#climb()));
    await this.#each(tagsIn(layout.tags(this.#repository)), (tag) => this.#examineTag(tag));
    this.#affected.report(this.#repository.name, findings);
    for (const algorithm of DIGEST_ALGORITHMS) {
      const links = digestsIn(layout.layerLinks(this.#repository, algorithm), algorithm);
      await this.#each(links, (digest) => this.#examineLayerLink(digest));
    }
  }

  async #examine(digest: Digest): Promise<void> {
    const { layout, findings } = this.#parts;
    const link = layout.revisionLink(this.#repository, digest);
    if (!(await this.#isLink(link, digest))) return;
    if (findings.kindOf(digest) === 'damaged') {
      this.#affected.add(digest, digest);
      return;
    }
    const named = await readNamed(layout.blob(digest));
    if (named === undefined) {
      if (await isPresent(link)) await this.#addMissing(digest, digest);
      return;
    }
    if (named.children.length > 0) this.#hasIndexes = true;
    await Promise.all(named.blobs.map((blob) => this.#examineBlob(digest, link, blob)));
  }

  async #examineBlob(manifest: Digest, link: string, blob: Digest): Promise<void> {
    const { layout, findings } = this.#parts;
    if (findings.kindOf(blob) === 'damaged') {
      this.#affected.add(manifest, blob);
    } else if (!(await isPresent(layout.blob(blob)))) {
      if (await isPresent(link)) await this.#addMissing(manifest, blob);
    } else if (!(await isPresent(layout.layerLink(this.#repository, blob))) && (await isPresent(link))) {
      findings.addContent({ kind: 'unheld', digest: blob, images: [] });
      this.#affected.add(manifest, blob);
    }
  }

  async #addMissing(manifest: Digest, digest: Digest): Promise<void> {
    const { findings, quarantine } = this.#parts;
    const isQuarantined = await quarantine.holds(digest);
    findings.addContent({ kind: 'missing', digest, isQuarantined, images: [] });
    this.#affected.add(manifest, digest);
  }

  /** Goes from affected manifests to the indexes above them. @returns whether there may be more above those. */
  async #climb(): Promise<boolean> {
    let isMore = false;
    await this.#eachManifest(async (digest) => {
      const { children }: Named = (await this.#readIndex(digest)) ?? { blobs: [], children: [] };
      if (this.#affected.inherit(digest, children)) isMore = true;
    });
    return isMore;
  }

  async #readIndex(digest: Digest): Promise<Named | undefined> {
    const { layout, findings } = this.#parts;
    if (findings.kindOf(digest) === 'damaged') return undefined;
    return readNamed(layout.blob(digest));
  }

  async #examineTag(tag: Tag): Promise<void> {
    const { layout, findings } = this.#parts;
    const link = layout.currentLink(this.#repository, tag);
    const digest = await examineLink(link);
    if (digest === undefined) return;
    const repository = this.#repository.name;
    if (digest === 'broken') {
      findings.addBrokenLink({ kind: 'broken link', repository, path: link });
    } else if (this.#affected.has(digest)) {
      this.#affected.addTag(digest, tag.name);
    } else if (!(await isPresent(layout.revisionLink(this.#repository, digest)))) {
      const now = await examineLink(link);
      if (now === undefined || now === 'broken' || !now.equals(digest)) return;
      findings.addDanglingTag({ kind: 'dangling tag', repository, tag: tag.name, digest });
    }
  }

  async #examineLayerLink(digest: Digest): Promise<void> {
    const { layout, findings } = this.#parts;
    const path = layout.layerLink(this.#repository, digest);
    if (!(await this.#isLink(path, digest)) || findings.kindOf(digest) !== undefined) return;
    if ((await isPresent(layout.blob(digest))) || !(await isPresent(path))) return;
    findings.addStaleLink({ kind: 'stale link', repository: this.#repository.name, digest, path });
  }

  /** Whether there is a link; one that does not hold its digest counts, and is reported. */
  async #isLink(path: string, digest: Digest): Promise<boolean> {
    const held = await examineLink(path);
    if (held === undefined) return false;
    if (held === 'broken' || !held.equals(digest)) {
      this.#parts.findings.addBrokenLink({ kind: 'broken link', repository: this.#repository.name, path });
    }
    return true;
  }

  async #eachManifest(work: (digest: Digest) => Promise<void>): Promise<void> {
    for (const algorithm of DIGEST_ALGORITHMS) {
      const directory = this.#parts.layout.revisions(this.#repository, algorithm);
      await this.#each(digestsIn(directory, algorithm), work);
    }
  }

  async #each<Item>(items: AsyncIterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
    for await (const group of inGroups(items, WIDTH)) {
      this.#parts.signal?.throwIfAborted();
      await Promise.all(group.map(work));
    }
  }
}
