import { dirname } from 'node:path';
import { inBatches } from '../../batches.js';
import { DIGEST_ALGORITHMS, Digest } from '../../model/digest.js';
import type { Repository } from '../../model/repository.js';
import type { Disposal, ExpiredUpload, Terms, Withdrawal } from '../upkeep.js';
import { entriesOf } from './directory-entries.js';
import type { DurableFiles } from './durable-files.js';
import type { FilesystemCatalog } from './filesystem-catalog.js';
import type { Layout } from './layout.js';
import { isPresent } from './presence.js';
import { orUndefined } from './system-error.js';
import type { Tidying } from './tidying.js';
import { removeEmpty, type Trash } from './trash.js';
import type { UploadExpiry } from './upload-expiry.js';

/** Files worked on side by side. */
const WIDTH = 8;

/** What a disposal works with. */
export interface DisposalTools {
  readonly layout: Layout;
  readonly files: DurableFiles;
  readonly trash: Trash;
  readonly catalog: FilesystemCatalog;
  readonly uploads: UploadExpiry;
  readonly tidying: Tidying;
}

/** Removes files that nobody has relied on lately. */
export class FilesystemDisposal implements Disposal {
  readonly #tools: DisposalTools;
  readonly #terms: Terms;

  constructor(tools: DisposalTools, terms: Terms) {
    this.#tools = tools;
    this.#terms = terms;
  }

  async withdraw(repository: Repository, manifests: readonly Digest[]): Promise<Withdrawal> {
    const { layout, files, trash, catalog } = this.#tools;
    const terms = this.#terms;
    const pathOf = (digest: Digest): string => layout.revisionLink(repository, digest);
    const fresh = new Set<Digest>();
    const withdrawn: Digest[] = [];
    await inBatches(manifests, WIDTH, async (digest) => {
      const outcome = await trash.withdrawIfStale(pathOf(digest), terms);
      if (outcome === 'fresh') fresh.add(digest);
      else if (outcome !== 'absent') withdrawn.push(digest);
    });
    if (!terms.dryRun) {
      await inBatches([...withdrawn], WIDTH, async (digest) => {
        if (!(await trash.isStillStale(pathOf(digest), terms))) fresh.add(digest);
      });
    }
    const settle = async (stay: (digest: Digest) => boolean): Promise<readonly Digest[]> => {
      const goes = withdrawn.filter((digest) => !stay(digest) && !fresh.has(digest));
      if (terms.dryRun) return goes;
      const gone = new Set(goes);
      await inBatches(withdrawn, WIDTH, async (digest) => {
        if (gone.has(digest)) await trash.remove(pathOf(digest));
        else await trash.putBack(pathOf(digest));
      });
      if (goes.length === 0) return goes;
      // Or a loss of power could bring back a manifest after its content has gone.
      for (const algorithm of DIGEST_ALGORITHMS) {
        await orUndefined(files.syncDirectory(layout.revisions(repository, algorithm)));
      }
      await catalog.note(repository);
      return goes;
    };
    return { fresh: [...fresh], settle };
  }

  async releaseBlob(repository: Repository, digest: Digest): Promise<'released' | 'stays' | 'absent'> {
    const path = this.#tools.layout.layerLink(repository, digest);
    const outcome = await this.#tools.trash.removeIfStale(path, this.#terms);
    if (outcome === 'fresh') return 'stays';
    if (outcome !== 'absent') return 'released';
    if (!this.#terms.dryRun) await removeEmpty(dirname(path));
    return 'absent';
  }

  async *releaseReferrers(
    repository: Repository,
    hasGone: (manifest: Digest) => boolean,
  ): AsyncGenerator<Digest> {
    const { layout, trash } = this.#tools;
    const referrers = layout.allReferrers(repository);
    for await (const algorithm of entriesOf(referrers)) {
      for await (const subject of entriesOf(`${referrers}/${algorithm}`)) {
        const directory = `${referrers}/${algorithm}/${subject}`;
        for await (const name of entriesOf(directory)) {
          const digest = Digest.read(name.replace('-', ':'));
          if (digest === undefined) continue;
          const isHeld = await isPresent(layout.revisionLink(repository, digest));
          if (isHeld && !(this.#terms.dryRun && hasGone(digest))) continue;
          const outcome = await trash.removeIfStale(`${directory}/${name}`, this.#terms);
          if (typeof outcome === 'object') yield digest;
        }
      }
    }
  }

  expireUploads(repository: Repository, before: number): AsyncIterable<ExpiredUpload> {
    return this.#tools.uploads.expire(repository, before, this.#terms.dryRun);
  }

  async discard(digest: Digest): Promise<number | undefined> {
    const path = this.#tools.layout.blob(digest);
    const outcome = await this.#tools.trash.removeIfStale(path, this.#terms);
    if (outcome === 'absent' && !this.#terms.dryRun) await removeEmpty(dirname(path));
    return typeof outcome === 'object' ? outcome.size : undefined;
  }

  async tidy(repository: Repository): Promise<void> {
    if (!this.#terms.dryRun) await this.#tools.tidying.tidy(repository, this.#terms);
  }
}
