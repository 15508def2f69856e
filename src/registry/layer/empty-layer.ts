import { Digest } from '../model/digest.js';
import type { LayerFacts } from './layer-inspection.js';

/** The archive without files, as engines push it for an image that changes none: two blocks of zeros. */
export const EMPTY_ARCHIVE: Buffer = Buffer.alloc(1024);

/** The same in gzip, byte for byte as Go and therefore every engine since 1.10 writes it. */
export const EMPTY_LAYER: Buffer = Buffer.from(
  '1f8b080000096e8800ff621805a360148c5800080000ffff2eafb5ef00040000',
  'hex',
);

/** What {@link EMPTY_LAYER} is. */
export const EMPTY_LAYER_FACTS: LayerFacts = {
  digest: Digest.of(EMPTY_LAYER),
  size: EMPTY_LAYER.length,
  compression: 'gzip',
  diffId: Digest.of(EMPTY_ARCHIVE),
  unpackedSize: EMPTY_ARCHIVE.length,
  padding: 0,
};
