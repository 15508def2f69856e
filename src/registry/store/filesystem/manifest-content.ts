import type { FileHandle } from 'node:fs/promises';
import { Digest } from '../../model/digest.js';
import { mediaTypeOf } from '../../model/manifest.js';
import type { StoredManifest } from '../contracts.js';
import { StoredContentDamaged } from '../failure.js';
import type { IntegrityLedger } from './integrity-ledger.js';
import { JoinedWork } from './joined-work.js';
import type { Layout } from './layout.js';
import { ManifestCache } from './manifest-cache.js';
import { openToRead } from './opening.js';
import { isLost } from './system-error.js';
import { Turns } from './turns.js';

/** Bytes of manifests kept in memory. */
const CACHED = 16 * 1024 * 1024;

/** Bytes: no registry takes a manifest as big as this. */
const BIGGEST = 64 * 1024 * 1024;

/** Bytes of a manifest that is big: few are, and few of those are read at a time. */
const BIG = 64 * 1024;

/** Big manifests read side by side. */
const WIDTH = 4;

/** Reads the content of manifests, checks it, and keeps what was asked for last. */
export class ManifestContent {
  readonly #layout: Layout;
  readonly #ledger: IntegrityLedger;
  readonly #cache = new ManifestCache(CACHED);
  readonly #reads = new JoinedWork<StoredManifest | undefined>();
  readonly #turns = new Turns();
  #reader = 0;

  constructor(layout: Layout, ledger: IntegrityLedger) {
    this.#layout = layout;
    this.#ledger = ledger;
  }

  /** What was asked for lately; undefined when it has to be {@link read}. */
  recall(digest: Digest): StoredManifest | undefined {
    return this.#cache.get(digest);
  }

  /** @returns undefined when the content is not there. @throws {StoredContentDamaged} */
  read(digest: Digest): Promise<StoredManifest | undefined> {
    // All who ask for the same at once get the same bytes, and not as many copies.
    return this.#reads.join(digest.toString(), () => this.#read(digest));
  }

  async #read(digest: Digest): Promise<StoredManifest | undefined> {
    const path = this.#layout.blob(digest);
    const file = await openToRead(path);
    if (file === undefined) return undefined;
    try {
      const status = await file.stat();
      const bytes =
        status.isFile() && status.size <= BIGGEST ? await this.#bytesOf(file, status.size) : undefined;
      if (bytes === undefined || !Digest.of(bytes, digest.algorithm).equals(digest)) {
        this.#ledger.noteDamaged(digest, path, status);
        throw new StoredContentDamaged(digest, 'manifest');
      }
      const manifest = { digest, mediaType: mediaTypeOf(bytes), bytes };
      this.#cache.add(manifest);
      return manifest;
    } finally {
      await file.close();
    }
  }

  /** @returns undefined when it cannot be read any more. */
  async #bytesOf(file: FileHandle, size: number): Promise<Buffer | undefined> {
    try {
      if (size < BIG) return await file.readFile();
      this.#reader = (this.#reader + 1) % WIDTH;
      return await this.#turns.take(String(this.#reader), () => file.readFile());
    } catch (error) {
      if (isLost(error)) return undefined;
      throw error;
    }
  }
}
