import { stat } from 'node:fs/promises';
import type { Repository } from '../../model/repository.js';
import { UploadId } from '../../model/upload-id.js';
import type { ExpiredUpload } from '../upkeep.js';
import type { DurableFiles } from './durable-files.js';
import { entriesOf } from './filesystem-holdings.js';
import type { Layout } from './layout.js';
import { orUndefined } from './system-error.js';
import type { WritingRights } from './writing-rights.js';

/** An upload as it lies there. */
interface Seen {
  /** Milliseconds since the epoch: when it was changed last. */
  readonly changed: number;
  readonly bytes: number;
}

/** Removes uploads that have been given up. */
export class UploadExpiry {
  readonly #layout: Layout;
  readonly #files: DurableFiles;
  readonly #rights: WritingRights;

  constructor(layout: Layout, files: DurableFiles, rights: WritingRights) {
    this.#layout = layout;
    this.#files = files;
    this.#rights = rights;
  }

  /** @param before milliseconds since the epoch: what has been changed at that time or later stays. */
  async *expire(repository: Repository, before: number, dryRun: boolean): AsyncGenerator<ExpiredUpload> {
    for await (const name of entriesOf(this.#layout.uploads(repository))) {
      const id = UploadId.read(name);
      const seen = id && (await this.#look(repository, id));
      if (id === undefined || seen === undefined || seen.changed >= before) continue;
      if (dryRun || (await this.#remove(repository, id, before))) yield { id: name, bytes: seen.bytes };
    }
  }

  async #look(repository: Repository, id: UploadId): Promise<Seen | undefined> {
    const [data, ...others] = await Promise.all(
      [
        this.#layout.uploadData(repository, id),
        this.#layout.uploadStart(repository, id),
        this.#layout.uploadWriter(repository, id),
        this.#layout.upload(repository, id),
      ].map((path) => orUndefined(stat(path))),
    );
    const directory = others.pop();
    if (directory === undefined) return undefined;
    // The directory's own time changes when a writer comes or goes, and one that has no files yet has nothing else.
    const times = [data, ...others, directory].map((status) => status?.mtimeMs ?? 0);
    return { changed: Math.max(...times), bytes: data?.size ?? 0 };
  }

  /** While we have the right to write, nobody else has; a request that comes meanwhile is told to try again. */
  async #remove(repository: Repository, id: UploadId, before: number): Promise<boolean> {
    const right = await orUndefined(this.#rights.take(this.#layout.uploadWriter(repository, id)));
    if (right === undefined) return false;
    try {
      const data = await orUndefined(stat(this.#layout.uploadData(repository, id)));
      if (data !== undefined && data.mtimeMs >= before) return false;
      const staged = await this.#files.withdraw(this.#layout.upload(repository, id));
      if (staged === undefined) return false;
      await this.#files.discard(staged);
      return true;
    } finally {
      await right.release();
    }
  }
}
