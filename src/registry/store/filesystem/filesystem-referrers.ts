import { inBatches } from '../../batches.js';
import { Digest } from '../../model/digest.js';
import type { Referrer } from '../../model/referrer.js';
import type { Repository } from '../../model/repository.js';
import type { ReferrerListing, ReferrerPage, ReferrerStore } from '../contracts.js';
import type { FallbackReferrers } from './fallback-referrers.js';
import type { Layout } from './layout.js';
import { isPresent } from './presence.js';
import type { ReferrerFiles } from './referrer-files.js';

/** Looked at side by side. A descriptor may have 4 MiB of annotations, so few are in memory at once. */
const WIDTH = 8;

/** Looked at for one page, and bytes of them: a type that nothing has must not cost more. */
const SCANNED = 4096;
const SCANNED_BYTES = 16 * 1024 * 1024;

/** Referrers as files, together with those of the fallback tag. */
export class FilesystemReferrers implements ReferrerStore {
  readonly #layout: Layout;
  readonly #files: ReferrerFiles;
  readonly #fallback: FallbackReferrers;

  constructor(layout: Layout, files: ReferrerFiles, fallback: FallbackReferrers) {
    this.#layout = layout;
    this.#files = files;
    this.#fallback = fallback;
  }

  async list(repository: Repository, subject: Digest, page: ReferrerPage): Promise<ReferrerListing> {
    const [written, fallback] = await Promise.all([
      this.#files.list(repository, subject),
      this.#fallback.find(repository, subject),
    ]);
    const after = page.after?.toString() ?? '';
    const all = [...new Set([...written, ...fallback.keys()])].filter((text) => text > after).sort();
    const digests = all.slice(0, SCANNED).map((text) => Digest.parse(text));
    const referrers: Referrer[] = [];
    let bytes = 0;
    let scanned = 0;
    let last: Digest | undefined;
    for (let start = 0; start < digests.length; start += WIDTH) {
      const batch = digests.slice(start, start + WIDTH);
      const found = await inBatches(batch, WIDTH, (digest) =>
        this.#find(repository, subject, digest, fallback),
      );
      for (const [index, digest] of batch.entries()) {
        const referrer = found[index];
        const size = referrer === undefined ? 0 : Buffer.byteLength(referrer.text);
        scanned += size;
        if (referrer !== undefined && isWanted(referrer, page)) {
          bytes += size;
          const isFull = referrers.length > 0 && bytes > page.bytes;
          if (isFull || referrers.length >= page.limit) return { referrers, next: last };
          referrers.push(referrer);
        }
        last = digest;
      }
      if (scanned > SCANNED_BYTES)
        return { referrers, next: all.at(-1) === last?.toString() ? undefined : last };
    }
    return { referrers, next: all.length > digests.length ? last : undefined };
  }

  /** Undefined when the manifest is no longer held. */
  async #find(
    repository: Repository,
    subject: Digest,
    digest: Digest,
    fallback: ReadonlyMap<string, Referrer>,
  ): Promise<Referrer | undefined> {
    if (!(await isPresent(this.#layout.revisionLink(repository, digest)))) return undefined;
    return (
      fallback.get(digest.toString()) ??
      (await this.#files.read(repository, subject, digest)) ??
      (await this.#fallback.describe(repository, subject, digest))
    );
  }
}

function isWanted(referrer: Referrer, { artifactType }: ReferrerPage): boolean {
  return artifactType === undefined || referrer.artifactType === artifactType;
}
