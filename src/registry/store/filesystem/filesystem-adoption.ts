import { copyFile, link, open, stat, utimes } from 'node:fs/promises';
import type { Digest } from '../../model/digest.js';
import type { Repository } from '../../model/repository.js';
import { StoredContentDamaged } from '../failure.js';
import type { DurableFiles } from './durable-files.js';
import type { FilesystemBlobs } from './filesystem-blobs.js';
import type { IntegrityLedger } from './integrity-ledger.js';
import type { Layout } from './layout.js';
import { asStoreError, codeOf, isAbsent, orUndefined } from './system-error.js';

/** Why a file cannot have a second name: another file system, none at all, too many already, or no right to it. */
const NO_LINK: ReadonlySet<string | undefined> = new Set([
  'EXDEV',
  'EPERM',
  'EACCES',
  'EROFS',
  'EMLINK',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
]);

/** A file whose content is to be taken over. */
export interface AdoptedFile {
  readonly path: string;
  /** What it was when its digest was computed; another file in its place is not taken. */
  readonly ino: number;
  /** Bytes. */
  readonly size: number;
  /** Leave the file as it is: its content is copied, and its times are not touched. */
  readonly copy: boolean;
  /** This process has read it whole, and its digest is right: the first who pulls it need not wait for another check. */
  readonly isChecked: boolean;
}

/** The file is another than the one whose digest was computed. */
export class AdoptedFileChanged extends Error {
  readonly code = 'ADOPTED_FILE_CHANGED';

  constructor(path: string, options?: ErrorOptions) {
    super(`${path} was changed while its content was taken over`, options);
    this.name = 'AdoptedFileChanged';
  }
}

/** Takes content over that lies in the file system already, without storing it twice where that can be avoided. */
export class FilesystemAdoption {
  readonly #layout: Layout;
  readonly #files: DurableFiles;
  readonly #blobs: FilesystemBlobs;
  readonly #ledger: IntegrityLedger;

  constructor(layout: Layout, files: DurableFiles, blobs: FilesystemBlobs, ledger: IntegrityLedger) {
    this.#layout = layout;
    this.#files = files;
    this.#blobs = blobs;
    this.#ledger = ledger;
  }

  /**
   * Lets a repository hold content that is in its place already.
   *
   * @param size bytes that it has to have. @returns false when it is not there, or known to be damaged.
   */
  async hold(repository: Repository, digest: Digest, size: number): Promise<boolean> {
    if (await this.#keeps(repository, digest, size)) return true;
    const status = await orUndefined(stat(this.#layout.blob(digest)));
    if (status?.isFile() !== true || status.size !== size) return false;
    await this.#blobs.hold(repository, digest);
    return this.#keeps(repository, digest, size);
  }

  /**
   * Lets a repository hold the content of a file. The file gets a second name where the system can; elsewhere, or when it
   * has to stay as it is, its content is copied. Content that is in its place already stays.
   *
   * @throws {AdoptedFileChanged} when the file is another by now, or it is the content that is known to be damaged.
   */
  async adopt(repository: Repository, digest: Digest, file: AdoptedFile): Promise<void> {
    if (await this.hold(repository, digest, file.size)) return;
    // It had been taken over before, and its bytes have changed for both its names.
    for (const place of [this.#layout.blob(digest), this.#layout.quarantined(digest)]) {
      const there = await orUndefined(stat(place));
      if (there?.ino === file.ino && there.size === file.size) throw new AdoptedFileChanged(file.path);
    }
    await this.#place(repository, digest, (staged) => this.#bring(file, staged));
    if (!file.isChecked || file.copy) return;
    const status = await orUndefined(stat(this.#layout.blob(digest)));
    if (status?.ino === file.ino && status.size === file.size) this.#ledger.noteVerified(digest, status);
  }

  /** Lets a repository hold content that `write` puts into an empty file. Whoever calls it answers for the digest. */
  async create(
    repository: Repository,
    digest: Digest,
    write: (staged: string) => Promise<void>,
  ): Promise<void> {
    await this.#place(repository, digest, async (staged) => {
      await (await open(staged, 'wx')).close();
      await write(staged);
    });
  }

  async #keeps(repository: Repository, digest: Digest, size: number): Promise<boolean> {
    try {
      return (await this.#blobs.keep(repository, digest))?.size === size;
    } catch (error) {
      if (error instanceof StoredContentDamaged) return false;
      throw error;
    }
  }

  async #place(
    repository: Repository,
    digest: Digest,
    bring: (staged: string) => Promise<void>,
  ): Promise<void> {
    const staged = this.#layout.staged();
    try {
      await this.#files.keepDirectory(this.#layout.staging);
      await bring(staged);
      await this.#blobs.adopt(staged, repository, digest, () => sync(staged));
    } catch (error) {
      throw asStoreError(error);
    } finally {
      // Also after a success: a second name of the same file is taken for no change by rename, and stays.
      await this.#files.discard(staged);
    }
  }

  async #bring(file: AdoptedFile, staged: string): Promise<void> {
    try {
      if (file.copy || !(await isLinked(file.path, staged))) {
        await copyFile(file.path, staged);
        const { ino } = await stat(file.path);
        if (ino !== file.ino || (await stat(staged)).size !== file.size)
          throw new AdoptedFileChanged(file.path);
        return;
      }
      const { ino, size } = await stat(staged);
      if (ino !== file.ino || size !== file.size) throw new AdoptedFileChanged(file.path);
    } catch (error) {
      if (isAbsent(error)) throw new AdoptedFileChanged(file.path, { cause: error });
      throw error;
    }
  }
}

/** Gives a file a second name. @returns false when the system cannot, or its times could not be renewed there. */
async function isLinked(path: string, staged: string): Promise<boolean> {
  try {
    // Clean-up goes by the age of content, so a file whose times are not ours to set cannot be content.
    const now = new Date();
    await utimes(path, now, now);
    await link(path, staged);
    return true;
  } catch (error) {
    if (NO_LINK.has(codeOf(error))) return false;
    throw error;
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
