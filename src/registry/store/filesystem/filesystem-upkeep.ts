import { Digest } from '../../model/digest.js';
import type { Disposal, Holdings, Leftover, Terms, Upkeep } from '../upkeep.js';
import { type DisposalTools, FilesystemDisposal } from './filesystem-disposal.js';
import { FilesystemHoldings } from './filesystem-holdings.js';
import type { Layout } from './layout.js';
import { openToRead } from './opening.js';
import { removeAbandoned } from './staging.js';

/** Bytes: no registry takes a manifest as big as this. */
const BIGGEST = 64 * 1024 * 1024;

/** Clean-up of a data directory. */
export class FilesystemUpkeep implements Upkeep {
  readonly holdings: Holdings;
  readonly #layout: Layout;
  readonly #tools: DisposalTools;

  constructor(tools: DisposalTools) {
    this.holdings = new FilesystemHoldings(tools.layout);
    this.#layout = tools.layout;
    this.#tools = tools;
  }

  async readManifest(digest: Digest): Promise<Uint8Array | undefined> {
    const file = await openToRead(this.#layout.blob(digest));
    if (file === undefined) return undefined;
    try {
      const status = await file.stat();
      if (!status.isFile() || status.size > BIGGEST) return undefined;
      const bytes = await file.readFile();
      return Digest.of(bytes, digest.algorithm).equals(digest) ? bytes : undefined;
    } finally {
      await file.close();
    }
  }

  disposal(terms: Terms): Disposal {
    return new FilesystemDisposal(this.#tools, terms);
  }

  recover(): Promise<void> {
    return this.#tools.trash.recover();
  }

  removeLeftovers({ dryRun }: Pick<Terms, 'dryRun'>): AsyncIterable<Leftover> {
    return removeAbandoned(this.#layout.staging, dryRun);
  }
}
