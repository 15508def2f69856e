import { LayerUnreadable } from '../layer-unreadable.js';
import { type Compression, recognizeCompression } from './compression.js';
import { gunzip } from './gunzip.js';
import { unxz } from './xz.js';

/** What is learnt of a file while its bytes go by. */
export interface UnpackingNotes {
  compression: Compression;
  /** Zeros behind the compressed data. */
  padding: number;
}

/**
 * The bytes of an archive, unpacked if they are compressed.
 *
 * @param notes is filled in: the compression before the first chunk, the padding before the end.
 * @throws {LayerUnreadable} when they cannot be unpacked; and whatever `source` throws.
 */
export async function* unpacked(
  source: AsyncGenerator<Buffer, void, undefined>,
  notes: UnpackingNotes,
): AsyncGenerator<Buffer, void, undefined> {
  const first = await source.next();
  if (first.done === true) return;
  notes.compression = recognizeCompression(first.value);
  const whole = after(first.value, source);
  switch (notes.compression) {
    case 'none':
      yield* whole;
      break;
    case 'gzip':
      yield* gunzip(whole, (bytes) => {
        notes.padding = bytes;
      });
      break;
    case 'xz':
      yield* unxz(whole);
      break;
    default:
      await source.return();
      throw new LayerUnreadable(
        `is compressed with ${notes.compression}, which is not supported in v1 images`,
      );
  }
}

async function* after(
  first: Buffer,
  rest: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return();
  }
}
