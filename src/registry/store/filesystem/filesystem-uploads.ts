import { type FileHandle, mkdir, open, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Digest, type DigestAlgorithm } from '../../model/digest.js';
import type { Repository } from '../../model/repository.js';
import { UploadId } from '../../model/upload-id.js';
import { receive } from '../../receive.js';
import type { UploadSessions } from '../contracts.js';
import { DigestMismatch, UploadBusy, UploadOutOfOrder, UploadUnknown } from '../failure.js';
import { Appender } from './appender.js';
import type { DurableFiles } from './durable-files.js';
import { digestOfFile } from './file-digest.js';
import type { FilesystemBlobs } from './filesystem-blobs.js';
import type { Layout } from './layout.js';
import { type RunningHash, RunningHashes } from './running-hashes.js';
import { asStoreError, isAbsent, orUndefined } from './system-error.js';
import type { WritingRight, WritingRights } from './writing-rights.js';

/** How often to make a directory again that somebody removes under our hands. */
const ATTEMPTS = 5;

/** An upload while one request writes to it. */
interface OpenUpload {
  readonly file: FileHandle;
  readonly right: WritingRight;
  /** Bytes in the file. */
  readonly size: number;
  /** Has seen all of them, unless it is undefined. */
  readonly running: RunningHash | undefined;
}

/** Uploads as files that only ever grow, until they are moved to their place among the blobs. */
export class FilesystemUploads implements UploadSessions {
  readonly #layout: Layout;
  readonly #files: DurableFiles;
  readonly #blobs: FilesystemBlobs;
  readonly #rights: WritingRights;
  readonly #hashes = new RunningHashes();

  constructor(layout: Layout, files: DurableFiles, blobs: FilesystemBlobs, rights: WritingRights) {
    this.#layout = layout;
    this.#files = files;
    this.#blobs = blobs;
    this.#rights = rights;
  }

  async start(repository: Repository, algorithm: DigestAlgorithm): Promise<UploadId> {
    const id = UploadId.create();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#create(repository, id);
        break;
      } catch (error) {
        // Clean-up may have removed a directory that was empty still.
        if (!isAbsent(error) || attempt === ATTEMPTS) throw asStoreError(error);
      }
    }
    this.#hashes.begin(id, algorithm);
    return id;
  }

  async #create(repository: Repository, id: UploadId): Promise<void> {
    await mkdir(this.#layout.upload(repository, id), { recursive: true });
    const now = `${new Date().toISOString().slice(0, 19)}Z`;
    await Promise.all([
      writeFile(this.#layout.uploadStart(repository, id), now),
      writeFile(this.#layout.uploadData(repository, id), '', { flag: 'a' }),
    ]);
  }

  async size(repository: Repository, id: UploadId): Promise<number | undefined> {
    return (await orUndefined(stat(this.#layout.uploadData(repository, id))))?.size;
  }

  append(repository: Repository, id: UploadId, body: Readable, offset?: number): Promise<number> {
    return this.#write(repository, id, body, offset, async ({ size, running }) => {
      if (running !== undefined) this.#hashes.keep(id, running);
      return size;
    });
  }

  finish(
    repository: Repository,
    id: UploadId,
    digest: Digest,
    body: Readable,
    offset?: number,
  ): Promise<void> {
    return this.#write(repository, id, body, offset, async ({ file, right, size, running }) => {
      const actual =
        running?.algorithm === digest.algorithm
          ? Digest.from(running.hash, digest.algorithm)
          : await digestOfFile(file, digest.algorithm);
      if (!actual.equals(digest)) {
        await this.cancel(repository, id);
        throw new DigestMismatch(digest, actual);
      }
      await this.#adopt(repository, id, digest, right, async () => {
        await syncFile(file);
        // The file only grows, so its size shows whether somebody else has written to it.
        const { size: now } = await file.stat();
        if (now !== size || !right.isHeld()) throw new UploadBusy(now);
      });
    });
  }

  async cancel(repository: Repository, id: UploadId): Promise<boolean> {
    const staged = await this.#files.withdraw(this.#layout.upload(repository, id));
    if (staged === undefined) return false;
    await this.#files.discard(staged);
    return true;
  }

  async #adopt(
    repository: Repository,
    id: UploadId,
    digest: Digest,
    right: WritingRight,
    ready: () => Promise<void>,
  ): Promise<void> {
    try {
      await this.#blobs.adopt(this.#layout.uploadData(repository, id), repository, digest, ready);
    } catch (error) {
      throw isAbsent(error) ? new UploadUnknown() : error;
    }
    await this.#tearDown(repository, id, right);
  }

  /** Removes what is left of an upload whose data has gone to its place. */
  async #tearDown(repository: Repository, id: UploadId, right: WritingRight): Promise<void> {
    try {
      await Promise.all([orUndefined(unlink(this.#layout.uploadStart(repository, id))), right.release()]);
      await rmdir(this.#layout.upload(repository, id));
    } catch {
      // Distribution keeps more beside the data than we do.
      await this.cancel(repository, id);
    }
  }

  /** Adds a body to an upload while no other request can, and hands the result on. */
  async #write<Value>(
    repository: Repository,
    id: UploadId,
    body: Readable,
    offset: number | undefined,
    next: (upload: OpenUpload) => Promise<Value>,
  ): Promise<Value> {
    const right = await orUndefined(this.#takeRight(repository, id));
    if (right === undefined) throw new UploadUnknown();
    try {
      const file = await this.#openData(repository, id);
      if (file === undefined) throw new UploadUnknown();
      try {
        return await next(await this.#receive(id, file, right, body, offset));
      } finally {
        await file.close();
      }
    } finally {
      await right.release();
    }
  }

  async #openData(repository: Repository, id: UploadId): Promise<FileHandle | undefined> {
    try {
      return await orUndefined(open(this.#layout.uploadData(repository, id), 'a+'));
    } catch (error) {
      throw asStoreError(error);
    }
  }

  async #takeRight(repository: Repository, id: UploadId): Promise<WritingRight> {
    const right = await this.#rights.take(this.#layout.uploadWriter(repository, id)).catch((error) => {
      throw asStoreError(error);
    });
    if (right === undefined) throw new UploadBusy((await this.size(repository, id)) ?? 0);
    return right;
  }

  async #receive(
    id: UploadId,
    file: FileHandle,
    right: WritingRight,
    body: Readable,
    offset: number | undefined,
  ): Promise<OpenUpload> {
    const { size } = await file.stat();
    if (offset !== undefined && offset !== size) throw new UploadOutOfOrder(size);
    const running = this.#hashes.take(id, size);
    const appender = new Appender(file, running, () => right.isHeld());
    try {
      await receive(body, (chunk) => appender.take(chunk));
    } catch (error) {
      // What the client has sent stays, so that it can go on from there.
      await appender.flush();
      if (running?.size === size + appender.written) this.#hashes.keep(id, running);
      throw error;
    }
    await appender.flush();
    return { file, right, size: size + appender.written, running };
  }
}

async function syncFile(file: FileHandle): Promise<void> {
  try {
    await file.sync();
  } catch (error) {
    // Where room is given out late, a full disk or quota shows only here.
    throw asStoreError(error);
  }
}
