import type { Digest } from '../../model/digest.js';
import type { StoredManifest } from '../contracts.js';

/** Keeps the content that was asked for last, up to a number of bytes. Content never changes under its digest. */
export class ManifestCache {
  readonly #limit: number;
  readonly #manifests = new Map<string, StoredManifest>();
  #bytes = 0;

  /** @param limit bytes of manifests to keep. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(digest: Digest): StoredManifest | undefined {
    const key = digest.toString();
    const manifest = this.#manifests.get(key);
    if (manifest === undefined) return undefined;
    this.#manifests.delete(key);
    this.#manifests.set(key, manifest);
    return manifest;
  }

  add(manifest: StoredManifest): void {
    const key = manifest.digest.toString();
    if (this.#manifests.has(key) || manifest.bytes.length > this.#limit / 4) return;
    this.#manifests.set(key, manifest);
    this.#bytes += manifest.bytes.length;
    for (const [oldest, { bytes }] of this.#manifests) {
      if (this.#bytes <= this.#limit) break;
      this.#manifests.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}
