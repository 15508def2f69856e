import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Digest } from '../../model/digest.js';
import { receive } from '../../receive.js';
import { Appender } from '../filesystem/appender.js';
import type { DurableFiles } from '../filesystem/durable-files.js';
import { asStoreError } from '../filesystem/system-error.js';

/** What was computed of a layer while it came. */
export interface Reception {
  /** `sha256:<hex>` over the json, a line feed and the layer. */
  readonly payload: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** Hashes in one pass what a body is checked by. */
class LayerHashes {
  readonly digest = createHash('sha256');
  readonly #payload;
  #size = 0;

  constructor(json: Uint8Array) {
    this.#payload = createHash('sha256').update(json).update('\n');
  }

  update(chunk: Uint8Array): void {
    this.#payload.update(chunk);
    this.#size += chunk.length;
  }

  end(): Reception {
    return {
      payload: `sha256:${this.#payload.digest('hex')}`,
      digest: Digest.from(this.digest, 'sha256'),
      size: this.#size,
    };
  }
}

/** Takes a body to its end without keeping it. @throws {BodyBroken} */
export async function passLayer(json: Uint8Array, body: Readable): Promise<Reception> {
  const hashes = new LayerHashes(json);
  await receive(body, (chunk) => {
    hashes.digest.update(chunk);
    hashes.update(chunk);
    return undefined;
  });
  return hashes.end();
}

/**
 * Writes a body to a new file that nobody sees, and waits until it is on the disk.
 *
 * @throws {BodyBroken} @throws {StorageFull} and the file is gone.
 */
export async function receiveLayer(
  files: DurableFiles,
  json: Uint8Array,
  body: Readable,
): Promise<Reception & { readonly staged: string }> {
  const staged = await files.stage('');
  try {
    const file = await open(staged, 'a');
    try {
      return { ...(await write(file, json, body)), staged };
    } finally {
      await file.close();
    }
  } catch (error) {
    await files.discard(staged);
    throw asStoreError(error);
  }
}

async function write(file: FileHandle, json: Uint8Array, body: Readable): Promise<Reception> {
  const hashes = new LayerHashes(json);
  const running = { algorithm: 'sha256' as const, hash: hashes.digest, size: 0 };
  const appender = new Appender(file, running, () => true);
  await receive(body, (chunk) => {
    hashes.update(chunk);
    return appender.take(chunk);
  });
  await appender.flush();
  await file.sync();
  return hashes.end();
}
