import { stat } from 'node:fs/promises';
import type { Repository } from '../../model/repository.js';
import { UploadId } from '../../model/upload-id.js';
import type { ExpiredUpload } from '../upkeep.js';
import { entriesOf } from './directory-entries.js';
import type { DurableFiles } from './durable-files.js';
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
    const [data, start, writer] = await Promise.all(
      [
        this.#layout.uploadData(repository, id),
        this.#layout.uploadStart(repository, id),
        this.#layout.uploadWriter(repository, id),
      ].map((path) => orUndefined(stat(path))),
    );
    // One that has just been made has no files yet.
    const first = data ?? start ?? (await orUndefined(stat(this.#layout.upload(repository, id))));
    if (first === undefined) return undefined;
    const times = [first, start, writer].map((status) => status?.mtimeMs ?? 0);
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
