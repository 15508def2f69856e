/** The bytes of image layers: what the other folders use. */
export type { Compression } from './compression/compression.js';
export { EMPTY_ARCHIVE } from './empty-archive.js';
export type { FileTuple } from './file-tuple.js';
export { differencesJson, filesJson } from './files-json.js';
export type { LayerReading } from './layer-file.js';
export { differences, type FileDifferences, type FileInfo, listFiles } from './layer-files.js';
export {
  type InspectionOptions,
  inspectLayer,
  type LayerFacts,
  type LayerInspection,
  UNPACKED_LIMIT,
} from './layer-inspection.js';
export { type UnpackingSink, unpackLayer } from './layer-unpacking.js';
export { LayerUnreadable } from './layer-unreadable.js';
export { PayloadChecksum } from './payload-checksum.js';
export { parseTarSum, type TarSum, type TarSumVersion } from './tarsum/tarsum.js';
