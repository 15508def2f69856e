import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DurableFiles } from '../store/filesystem/durable-files.js';
import { Layout } from '../store/filesystem/layout.js';
import { Quarantine } from '../store/filesystem/quarantine.js';
import { walkRepositories } from '../store/filesystem/repository-walk.js';
import { type ContentTotals, countContents, verifyContents } from './verification-contents.js';
import { VerificationFindings } from './verification-findings.js';
import { LinkVerification } from './verification-links.js';
import type { VerificationOptions, VerificationProgress, VerificationReport } from './verification-report.js';

/**
 * Reads everything that a data directory holds and compares it with its digests, then follows every link.
 *
 * Memory stays bounded, however much there is. Content that comes or goes meanwhile is no finding.
 *
 * @throws the system's error when the directory is not there, when a file may not be read, or when something damaged
 *   cannot be quarantined.
 */
export async function verify(options: VerificationOptions): Promise<VerificationReport> {
  const { signal } = options;
  const layout = new Layout(resolve(options.directory));
  await stat(layout.root);
  const verification = new Verification(layout, options);
  try {
    await verification.run();
    return verification.report(true);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    return verification.report(false);
  }
}

class Verification {
  readonly #layout: Layout;
  readonly #options: VerificationOptions;
  readonly #findings: VerificationFindings;
  #total: ContentTotals = { contents: 0, bytes: 0 };
  #contents = 0;
  #bytes = 0;
  #repositories = 0;

  constructor(layout: Layout, options: VerificationOptions) {
    this.#layout = layout;
    this.#options = options;
    this.#findings = new VerificationFindings(options.onFinding);
  }

  async run(): Promise<void> {
    const { onProgress, signal } = this.#options;
    const layout = this.#layout;
    const findings = this.#findings;
    const quarantine = new Quarantine(layout, new DurableFiles(layout));
    if (onProgress !== undefined) this.#total = await countContents(layout, signal);
    await verifyContents({
      layout,
      quarantine: this.#options.quarantine === true ? quarantine : undefined,
      findings,
      signal,
      onRead: (bytes) => {
        this.#contents += 1;
        this.#bytes += bytes;
        this.#tell('contents');
      },
    });
    for await (const repository of walkRepositories(layout)) {
      signal?.throwIfAborted();
      await new LinkVerification({ layout, quarantine, findings, signal }, repository).run();
      this.#repositories += 1;
      this.#tell('repositories');
    }
  }

  report(complete: boolean): VerificationReport {
    const { damaged, missing, unheld, brokenLinks, staleLinks, danglingTags, omitted } = this.#findings;
    return {
      contents: this.#contents,
      bytes: this.#bytes,
      repositories: this.#repositories,
      damaged,
      missing,
      unheld,
      brokenLinks,
      staleLinks,
      danglingTags,
      omitted,
      complete,
    };
  }

  #tell(stage: VerificationProgress['stage']): void {
    this.#options.onProgress?.({
      stage,
      contents: this.#contents,
      bytes: this.#bytes,
      totalContents: this.#total.contents,
      totalBytes: this.#total.bytes,
      repositories: this.#repositories,
    });
  }
}
