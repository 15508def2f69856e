import { createHash } from 'node:crypto';
import { Digest } from '../model/digest.js';
import type { Compression } from './compression/compression.js';
import { type UnpackingNotes, unpacked } from './compression/unpacking.js';
import { fileChunks, type LayerReading } from './layer-file.js';
import { LayerUnreadable } from './layer-unreadable.js';
import { PayloadChecksum } from './payload-checksum.js';
import type { TarVisitor } from './tar/tar-entry.js';
import { TarReader } from './tar/tar-reader.js';
import type { TarSumVersion } from './tarsum/tarsum.js';
import { TarSumCalculation } from './tarsum/tarsum-calculation.js';

/**
 * Bytes of an archive beyond which it is not unpacked, unless the caller says otherwise. Engines kept images in file systems
 * of 10 GB at first and 100 GB later, so that no layer of theirs had more; a bomb of that size takes minutes of processor time.
 */
export const UNPACKED_LIMIT = 256 * 1024 ** 3;

/**
 * How many times as long as what was read of a layer it may be when it is unpacked, beyond {@link FREELY}: zeros pack at a
 * thousand to one and files at ten to one, so a small bomb ends after seconds.
 */
const RATIO = 100;
const FREELY = 16 * 1024 ** 3;

/** What a layer is, whatever image it belongs to. */
export interface LayerFacts {
  /** Of the file as it is. */
  readonly digest: Digest;
  readonly size: number;
  readonly compression: Compression;
  /** Of the archive unpacked, to its last byte. */
  readonly diffId: Digest;
  readonly unpackedSize: number;
  /**
   * Zero bytes behind compressed data. Old engines never came to see them, gzip and xz pass over them, but the clients of
   * today refuse gzip that has some: for them the layer has to be stored unpacked.
   */
  readonly padding: number;
}

/** What one reading of a layer yields. */
export interface LayerInspection {
  readonly facts: LayerFacts;
  /** Payload checksum, `sha256:<64 hex>`, when the image's json was given and the digest was not. */
  readonly payload?: string;
  /** Of those that were asked for, what could be computed: not with sparse files or half a million entries. */
  readonly tarsums: ReadonlyMap<TarSumVersion, string>;
}

/** What to find out, and how. */
export interface InspectionOptions extends LayerReading {
  /** Of the image, byte for byte: checksums depend on it. */
  readonly json?: Uint8Array | undefined;
  /** Of the file as it is, when that is known: neither it nor the payload checksum is computed again. */
  readonly digest?: Digest | undefined;
  readonly tarsums?: readonly TarSumVersion[] | undefined;
  /** Bytes; {@link UNPACKED_LIMIT} by default. */
  readonly unpackedLimit?: number | undefined;
  /** Gets the archive unpacked, chunk by chunk; a promise holds the reading back. The memory is written to again after it. */
  readonly take?: ((chunk: Buffer) => Promise<void> | undefined) | undefined;
  /** Gets the entries as well. */
  readonly visitor?: TarVisitor | undefined;
}

/**
 * Finds out everything about a layer that its bytes tell, with one reading of its file. A file without any bytes is an
 * archive without files, as it is for engines.
 *
 * @throws {LayerUnreadable} when it is no archive that an engine could unpack, or exceeds a limit; the signal's reason; the
 * system's error, and what `take` and `visitor` throw.
 */
export async function inspectLayer(file: string, options: InspectionOptions = {}): Promise<LayerInspection> {
  const { json, unpackedLimit = UNPACKED_LIMIT, signal, take, visitor } = options;
  const stored = options.digest === undefined ? createHash('sha256') : undefined;
  const diff = createHash('sha256');
  const payload = json === undefined || options.digest !== undefined ? undefined : new PayloadChecksum(json);
  const calculations = [...new Set(options.tarsums)].map((version) => new TarSumCalculation(version));
  const reader = new TarReader(together(visitor === undefined ? calculations : [...calculations, visitor]));
  const notes: UnpackingNotes = { compression: 'none', padding: 0 };
  let size = 0;
  let unpackedSize = 0;

  async function* hashed(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of fileChunks(file, options)) {
      stored?.update(chunk);
      payload?.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  for await (const chunk of unpacked(hashed(), notes)) {
    signal?.throwIfAborted();
    unpackedSize += chunk.length;
    if (unpackedSize > FREELY && unpackedSize > size * RATIO)
      throw new LayerUnreadable(`is more than ${RATIO} times as long when it is unpacked`);
    if (unpackedSize > unpackedLimit)
      throw new LayerUnreadable(`is more than ${unpackedLimit} bytes when it is unpacked`);
    if (notes.compression !== 'none') diff.update(chunk);
    reader.write(chunk);
    await take?.(chunk);
  }
  reader.end();
  const digest = options.digest ?? Digest.from(stored ?? createHash('sha256'), 'sha256');
  const diffId = notes.compression === 'none' ? digest : Digest.from(diff, 'sha256');
  const tarsums = new Map<TarSumVersion, string>();
  for (const calculation of calculations) {
    const sum = await calculation.digest(json);
    if (sum !== undefined) tarsums.set(calculation.version, sum);
  }
  return {
    facts: { digest, size, compression: notes.compression, diffId, unpackedSize, padding: notes.padding },
    ...(payload === undefined ? {} : { payload: payload.digest() }),
    tarsums,
  };
}

function together(visitors: readonly TarVisitor[]): TarVisitor {
  const [only] = visitors;
  if (only !== undefined && visitors.length === 1) return only;
  return {
    entry: (entry) => {
      for (const visitor of visitors) visitor.entry(entry);
    },
    content: (chunk) => {
      for (const visitor of visitors) visitor.content?.(chunk);
    },
  };
}
