import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { Failure } from '../../exchange/failure.js';
import { BoundedMap } from '../bounded-map.js';
import { inspectLayer, type LayerFacts, LayerUnreadable } from '../layer/layer.js';
import { Digest } from '../model/digest.js';
import type { ImageId } from '../model/v1/image-id.js';
import { Slots } from '../slots.js';
import { codeOf, isLost, orUndefined } from '../store/filesystem/system-error.js';
import type { ImageStore, StoredImage } from '../store/v1-contracts.js';
import type { DerivedFiles } from './derived-files.js';
import {
  identityOf,
  isOf,
  type LayerIdentity,
  type LayerRecord,
  readRecord,
  writeRecord,
} from './layer-record.js';
import { Unbridgeable } from './unbridgeable.js';

/** Layers read side by side. Hashing and unpacking take a processor each, and pulls go on meanwhile. */
const WIDTH = 2;

/** Layers that may wait to be read: those of some images. */
const WAITING = 1_000;

/** Milliseconds for which a damaged layer is not read again while its files stay as they are. */
const AGAIN_AFTER = 60_000;

/** Milliseconds for which what was read whole is taken to be whole still. */
const CHECKED_FOR = 3_600_000;

/** Layers of which it is remembered what was found out. */
const REMEMBERED = 20_000;

/** Bytes of an archive that may be without entries; archivers end one with 10 KiB of zeros or less. */
const EMPTY_LIMIT = 1024 * 1024;

const PAYLOAD = /^sha256:[a-f0-9]{64}$/;

/** How layers are read. */
export interface LayersOptions {
  readonly images: ImageStore;
  /** Of what was found out. */
  readonly records: DerivedFiles;
  /** Keep what is found out; otherwise it is only remembered. */
  readonly isRecording: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes have just been read. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

interface Failed {
  readonly identity: LayerIdentity;
  readonly failure: Unbridgeable;
  readonly at: number;
}

/** A layer, and the file that it was found in. */
export interface FoundLayer extends LayerRecord {
  readonly file: string;
  /** This process has read it whole, not long ago. */
  readonly isChecked: boolean;
}

/** What is known of the layers of v1 images. Each is read once, as long as its file, json and checksums stay the same. */
export class Layers {
  readonly #options: LayersOptions;
  readonly #slots = new Slots(WIDTH);
  readonly #known = new BoundedMap<LayerRecord>(REMEMBERED);
  /** When this process has read or received layers whole. */
  readonly #checked = new BoundedMap<number>(REMEMBERED);
  /** Digests of layers that were pushed to this process. */
  readonly #pushed = new BoundedMap<Digest>(REMEMBERED);
  readonly #failed = new BoundedMap<Failed>(REMEMBERED);
  readonly #running = new Map<string, Promise<LayerRecord>>();

  constructor(options: LayersOptions) {
    this.#options = options;
  }

  /**
   * What the layer of an image is. A file that has to be read is read to its end, and compared with the stored checksum.
   *
   * @throws {Unbridgeable} when there is none, it is no archive, or not what its checksum says.
   */
  async find(id: ImageId, image: StoredImage): Promise<FoundLayer> {
    const file = await this.#options.images.layerFile(id);
    const status = file === undefined ? undefined : await orUndefined(stat(file));
    if (file === undefined || status === undefined) throw new Unbridgeable(id, 'has no layer');
    if (!status.isFile())
      throw new Unbridgeable(id, 'has something else than a file in the place of its layer');
    const identity = identityOf(status, Digest.of(image.json), image.checksums);
    const known = this.#known.get(id.hex) ?? readRecord(await this.#options.records.read(nameOf(id)));
    if (known !== undefined && isOf(known, identity)) {
      this.#known.set(id.hex, known);
      return { ...known, file, isChecked: this.#isChecked(id, identity) };
    }
    this.#refuseFailed(id, identity);
    return { ...(await this.#join(id, image, file, identity)), file, isChecked: true };
  }

  /**
   * Learns of a layer whose push has been completed, so that it need not be read again, or only to unpack it.
   *
   * @param known its facts, or at least its digest, which has been checked.
   */
  async learn(id: ImageId, image: StoredImage, known: LayerFacts | Digest): Promise<void> {
    const file = await this.#options.images.layerFile(id);
    const status = file === undefined ? undefined : await orUndefined(stat(file));
    if (status?.isFile() !== true) return;
    const identity = identityOf(status, Digest.of(image.json), image.checksums);
    this.#checked.set(checkedKey(id, identity), performance.now());
    if (known instanceof Digest) {
      this.#pushed.set(keyOf(id, identity), known);
    } else {
      await this.#keep(id, recordOf(identity, known));
    }
  }

  /** Forgets what is known of a layer: its file is no longer what it was. */
  async forget(id: ImageId): Promise<void> {
    this.#known.delete(id.hex);
    this.#checked.clear();
    await this.#options.records.remove(nameOf(id));
  }

  #isChecked(id: ImageId, identity: LayerIdentity): boolean {
    const at = this.#checked.get(checkedKey(id, identity));
    return at !== undefined && performance.now() - at < CHECKED_FOR;
  }

  #refuseFailed(id: ImageId, identity: LayerIdentity): void {
    const failed = this.#failed.get(id.hex);
    if (failed === undefined) return;
    const isSame = JSON.stringify(failed.identity) === JSON.stringify(identity);
    if (isSame && performance.now() - failed.at < AGAIN_AFTER) throw failed.failure;
    this.#failed.delete(id.hex);
  }

  /** All who ask for the same layer while it is being read get the same answer. */
  #join(id: ImageId, image: StoredImage, file: string, identity: LayerIdentity): Promise<LayerRecord> {
    const key = keyOf(id, identity);
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const reading = this.#slots.runUnlessBusy(WAITING, () => this.#inspect(id, image, file, identity));
    if (reading === undefined) return Promise.reject(busy());
    const begun = reading.finally(() => this.#running.delete(key));
    this.#running.set(key, begun);
    return begun;
  }

  async #inspect(
    id: ImageId,
    image: StoredImage,
    file: string,
    identity: LayerIdentity,
  ): Promise<LayerRecord> {
    const { signal, onBytes } = this.#options;
    const key = keyOf(id, identity);
    const digest = this.#pushed.get(key);
    const payloads = image.checksums.filter((checksum) => PAYLOAD.test(checksum));
    try {
      const json = payloads.length === 0 ? undefined : image.json;
      const { facts, payload } = await inspectLayer(file, { json, digest, signal, onBytes });
      if (payload !== undefined && !payloads.includes(payload))
        throw new Unbridgeable(id, 'has a layer that is not the one its stored checksum is of');
      const record = recordOf(identity, facts);
      await this.#keep(id, record);
      this.#checked.set(checkedKey(id, identity), performance.now());
      this.#pushed.delete(key);
      return record;
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw this.#noteFailed(id, identity, error);
    }
  }

  async #keep(id: ImageId, record: LayerRecord): Promise<void> {
    const { records, isRecording } = this.#options;
    this.#known.set(id.hex, record);
    if (isRecording) await records.write(nameOf(id), writeRecord(record));
  }

  #noteFailed(id: ImageId, identity: LayerIdentity, error: unknown): unknown {
    const failure = asUnbridgeable(id, error);
    if (failure === undefined) return error;
    this.#failed.set(id.hex, { identity, failure, at: performance.now() });
    return failure;
  }
}

function asUnbridgeable(id: ImageId, error: unknown): Unbridgeable | undefined {
  if (error instanceof Unbridgeable) return error;
  if (error instanceof LayerUnreadable)
    return new Unbridgeable(id, `has a layer that ${error.message.replace(/^the layer /, '')}`, {
      cause: error,
    });
  if (isLost(error))
    return new Unbridgeable(id, 'has a layer that the disk cannot read any more', { cause: error });
  if (codeOf(error) === 'EACCES')
    return new Unbridgeable(id, 'has a layer that the registry has no right to read', { cause: error });
  if (codeOf(error) === 'ENOENT') return new Unbridgeable(id, 'has no layer', { cause: error });
  return undefined;
}

/** Without the times, which clean-up goes by: whoever relies on a file renews them. */
function checkedKey(id: ImageId, { ino, size }: LayerIdentity): string {
  return `${id} ${ino} ${size}`;
}

function keyOf(id: ImageId, identity: LayerIdentity): string {
  return `${id} ${JSON.stringify(identity)}`;
}

/** What clients are to pull of a layer. */
function recordOf(identity: LayerIdentity, facts: LayerFacts): LayerRecord {
  const { digest, size, diffId, unpackedSize, compression, padding } = facts;
  const isFile = compression === 'none' || (compression === 'gzip' && padding === 0);
  return {
    identity,
    content: isFile
      ? { digest, size, diffId, compression: compression === 'gzip' ? 'gzip' : 'none' }
      : { digest: diffId, size: unpackedSize, diffId, compression: 'none' },
    isEmpty: isEmptyArchive(diffId, unpackedSize),
    isFile,
  };
}

function busy(): Failure {
  return new Failure(503, 'UNAVAILABLE', 'too many old images are being made ready; try again in a moment', {
    headers: { 'retry-after': 10 },
  });
}

/** Tells whether an archive has no entries: nothing but zeros, which end it. */
function isEmptyArchive(diffId: Digest, size: number): boolean {
  if (size > EMPTY_LIMIT) return false;
  return Digest.from(createHash('sha256').update(Buffer.alloc(size)), 'sha256').equals(diffId);
}

function nameOf({ hex }: ImageId): string {
  return `layers/${hex.slice(0, 2)}/${hex}.json`;
}
