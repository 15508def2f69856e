import { readdir, readFile } from 'node:fs/promises';
import { Digest } from '../../model/digest.js';
import { type Referrer, readReferrer } from '../../model/referrer.js';
import type { Repository } from '../../model/repository.js';
import type { DurableFiles } from './durable-files.js';
import type { Layout } from './layout.js';
import { orUndefined } from './system-error.js';

/** Descriptors of referrers as files, named by what they describe. A file stays when its manifest goes, and counts no more. */
export class ReferrerFiles {
  readonly #layout: Layout;
  readonly #files: DurableFiles;

  constructor(layout: Layout, files: DurableFiles) {
    this.#layout = layout;
    this.#files = files;
  }

  write(repository: Repository, subject: Digest, digest: Digest, referrer: Referrer): Promise<void> {
    return this.#files.write(this.#layout.referrer(repository, subject, digest), referrer.text);
  }

  /** Everything ever described as being about a manifest, held or not, in no order. */
  async list(repository: Repository, subject: Digest): Promise<string[]> {
    const names = await orUndefined(readdir(this.#layout.referrers(repository, subject)));
    return (names ?? [])
      .map((name) => name.replace('-', ':'))
      .filter((text) => Digest.read(text) !== undefined);
  }

  /** @returns undefined when there is no such file, or it is damaged. */
  async read(repository: Repository, subject: Digest, digest: Digest): Promise<Referrer | undefined> {
    const bytes = await orUndefined(readFile(this.#layout.referrer(repository, subject, digest)));
    return bytes === undefined ? undefined : readReferrer(bytes, digest.toString());
  }
}
