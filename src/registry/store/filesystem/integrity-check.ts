import { createHash, type Hash } from 'node:crypto';
import type { ContentCheck } from '../../../exchange/reply.js';
import { Digest } from '../../model/digest.js';
import type { FileStatus, IntegrityLedger } from './integrity-ledger.js';

/** Content that is being read. */
export interface ContentFile {
  readonly digest: Digest;
  readonly path: string;
  readonly status: FileStatus;
}

/** Hashes content while it is delivered, and notes in the ledger how it was found. */
export class IntegrityCheck implements ContentCheck {
  readonly #ledger: IntegrityLedger;
  readonly #content: ContentFile;
  readonly #hash: Hash;
  #intact: boolean | undefined;

  constructor(ledger: IntegrityLedger, content: ContentFile) {
    this.#ledger = ledger;
    this.#content = content;
    this.#hash = createHash(content.digest.algorithm);
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  isIntact(): boolean {
    if (this.#intact !== undefined) return this.#intact;
    const { digest, path, status } = this.#content;
    this.#intact = Digest.from(this.#hash, digest.algorithm).equals(digest);
    if (this.#intact) this.#ledger.noteVerified(digest, status);
    else this.#ledger.noteDamaged(digest, path, status);
    return this.#intact;
  }
}
