import type { Stats } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Digest } from '../../model/digest.js';

/** Contents remembered; the one remembered first is forgotten first, and checked once more. */
const REMEMBERED = 65_536;

/** Milliseconds for which content that was whole is taken to be whole still. */
const TRUSTED = 24 * 60 * 60 * 1000;

/**
 * What tells one file from another that takes its place. The time of the last change alone does not: whoever relies on
 * content renews it.
 */
export type FileStatus = Pick<Stats, 'ino' | 'size' | 'ctimeMs'>;

/** Damaged content, found when it was asked for. */
export interface FoundDamage {
  readonly digest: Digest;
  readonly path: string;
}

interface Entry extends FileStatus {
  readonly isDamaged: boolean;
  /** By the ledger's clock. */
  readonly checkedAt: number;
}

/** Remembers which contents this process has read whole, and which ones it has found damaged. */
export class IntegrityLedger {
  readonly #onDamage: (damage: FoundDamage) => void;
  readonly #clock: () => number;
  readonly #entries = new Map<string, Entry>();

  /** @param onDamage called once for each damaged file. @param clock in milliseconds. */
  constructor(onDamage: (damage: FoundDamage) => void = () => {}, clock = () => performance.now()) {
    this.#onDamage = onDamage;
    this.#clock = clock;
  }

  /** Whether the file was read within the last day and was whole. */
  isVerified(digest: Digest, status: FileStatus): boolean {
    const entry = this.#find(digest, status);
    return entry !== undefined && !entry.isDamaged && this.#clock() - entry.checkedAt < TRUSTED;
  }

  /** Whether the file was found damaged, and no other has taken its place since. */
  isDamaged(digest: Digest, status: FileStatus): boolean {
    return this.#find(digest, status)?.isDamaged === true;
  }

  /**
   * Whether a file that was found damaged may be another by now: one copied over it has its inode and its size, and so
   * may one that was made after it had been removed.
   */
  mayBeRestored(digest: Digest, status: FileStatus): boolean {
    return this.isDamaged(digest, status) && this.#find(digest, status)?.ctimeMs !== status.ctimeMs;
  }

  noteVerified(digest: Digest, status: FileStatus): void {
    this.#note(digest, status, false);
  }

  noteDamaged(digest: Digest, path: string, status: FileStatus): void {
    const isKnown = this.isDamaged(digest, status);
    this.#note(digest, status, true);
    if (!isKnown) this.#onDamage({ digest, path });
  }

  #find(digest: Digest, { ino, size }: FileStatus): Entry | undefined {
    const entry = this.#entries.get(digest.toString());
    return entry?.ino === ino && entry.size === size ? entry : undefined;
  }

  #note(digest: Digest, { ino, size, ctimeMs }: FileStatus, isDamaged: boolean): void {
    // A digest read from a request may be a part of its text, all of which would stay in memory.
    const key = Buffer.from(digest.toString(), 'latin1').toString('latin1');
    this.#entries.delete(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < REMEMBERED) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, { ino, size, ctimeMs, isDamaged, checkedAt: this.#clock() });
  }
}
