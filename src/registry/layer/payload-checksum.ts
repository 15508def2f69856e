import { createHash } from 'node:crypto';

/** The checksum by which the v1 API proves a layer: sha256 over the image's json, a line feed and the layer's bytes as sent. */
export class PayloadChecksum {
  readonly #hash = createHash('sha256');

  /** @param json of the image, byte for byte as it was sent. */
  constructor(json: Uint8Array) {
    this.#hash.update(json).update('\n');
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  /** Ends it. @returns `sha256:<64 hex>`. */
  digest(): string {
    return `sha256:${this.#hash.digest('hex')}`;
  }
}
