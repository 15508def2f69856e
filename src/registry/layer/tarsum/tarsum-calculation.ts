import { createHash, type Hash } from 'node:crypto';
import type { TarEntry, TarVisitor } from '../tar/tar-entry.js';
import { FileSums } from './file-sums.js';
import { nameKey } from './name-key.js';
import type { TarSumVersion } from './tarsum.js';
import { tarSumFields } from './tarsum-fields.js';

/** Entries of an archive that are summed up: 20 MB of sums, more files than any image of the time had. */
const MOST = 500_000;

/** Computes the checksum that sums up an archive's files. */
export class TarSumCalculation implements TarVisitor {
  readonly version: TarSumVersion;
  #sums: FileSums | undefined = new FileSums();
  #hash: Hash | undefined;
  #name = 0;

  constructor(version: TarSumVersion) {
    this.version = version;
  }

  entry(entry: TarEntry): void {
    this.#endFile();
    // Engines summed up holes as zeros, of which a small archive can hold any number; they never wrote such files themselves.
    if (entry.isSparse || (this.#sums !== undefined && this.#sums.count >= MOST)) this.#sums = undefined;
    if (this.#sums === undefined) return;
    this.#hash = createHash('sha256').update(tarSumFields(entry, this.version));
    this.#name = nameKey(entry.name);
  }

  content(chunk: Buffer): void {
    this.#hash?.update(chunk);
  }

  /**
   * Ends it.
   *
   * @param json of the image, byte for byte; nothing for an archive alone.
   * @returns `tarsum+sha256:<64 hex>`; undefined when the archive is not one to sum up: with sparse files, or too many.
   */
  async digest(json: Uint8Array | undefined): Promise<string | undefined> {
    this.#endFile();
    const sums = await this.#sums?.ordered();
    if (sums === undefined) return undefined;
    const total = createHash('sha256');
    if (json !== undefined) total.update(json);
    for (const sum of sums) total.update(sum.toString('hex'));
    return `${this.version}+sha256:${total.digest('hex')}`;
  }

  #endFile(): void {
    if (this.#hash !== undefined) this.#sums?.add(this.#hash.digest(), this.#name);
    this.#hash = undefined;
  }
}
