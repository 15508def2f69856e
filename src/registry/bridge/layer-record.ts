import type { Stats } from 'node:fs';
import { Digest } from '../model/digest.js';
import { fieldOf, isJsonObject } from '../model/json.js';
import type { LayerContent } from './image-manifest.js';

/** What tells the layer of an image from another that takes its place. */
export interface LayerIdentity {
  readonly ino: number;
  /** Bytes. */
  readonly size: number;
  readonly mtimeMs: number;
  /** The file has other names: whoever relies on one of them renews the time of all. */
  readonly isShared: boolean;
  /** Of the image's json, `sha256:<hex>`: the stored checksum covers it too. */
  readonly json: string;
  /** The stored checksums. */
  readonly checksums: string;
}

/** What is known of a layer. */
export interface LayerRecord {
  readonly identity: Omit<LayerIdentity, 'isShared'>;
  /** As clients are to pull it; undefined when nothing is in it. */
  readonly content: LayerContent;
  /** The archive has no entries. */
  readonly isEmpty: boolean;
  /** The content is the file itself; otherwise it is the archive in it, unpacked. */
  readonly isFile: boolean;
}

/** What a layer's file, json and checksums are now. */
export function identityOf(status: Stats, json: Digest, checksums: readonly string[]): LayerIdentity {
  const { ino, size, mtimeMs, nlink } = status;
  return {
    ino,
    size,
    mtimeMs,
    isShared: nlink > 1,
    json: json.toString(),
    checksums: [...checksums].sort().join(' '),
  };
}

/** Tells whether what is known was found out about this very layer. */
export function isOf({ identity: known }: LayerRecord, now: LayerIdentity): boolean {
  return (
    known.ino === now.ino &&
    known.size === now.size &&
    known.json === now.json &&
    known.checksums === now.checksums &&
    (now.isShared || known.mtimeMs === now.mtimeMs)
  );
}

/** The value to keep as JSON. */
export function writeRecord({ identity, content, isEmpty, isFile }: LayerRecord): unknown {
  const { digest, size, diffId, compression } = content;
  const { ino, mtimeMs, json, checksums } = identity;
  return {
    identity: { ino, size: identity.size, mtimeMs, json, checksums },
    digest: `${digest}`,
    size,
    diffId: `${diffId}`,
    compression,
    isEmpty,
    isFile,
  };
}

function digestIn(value: unknown): Digest | undefined {
  return typeof value === 'string' ? Digest.read(value) : undefined;
}

/** Reads what {@link writeRecord} wrote; undefined for everything else. */
export function readRecord(value: unknown): LayerRecord | undefined {
  if (!isJsonObject(value)) return undefined;
  const identity = fieldOf(value, 'identity');
  const digest = digestIn(value['digest']);
  const diffId = digestIn(value['diffId']);
  const { size, compression, isEmpty, isFile } = value;
  if (!isJsonObject(identity) || digest === undefined || diffId === undefined) return undefined;
  if (typeof size !== 'number' || (compression !== 'none' && compression !== 'gzip')) return undefined;
  if (typeof isEmpty !== 'boolean' || typeof isFile !== 'boolean') return undefined;
  const { ino, size: bytes, mtimeMs, json, checksums } = identity;
  if (typeof ino !== 'number' || typeof bytes !== 'number' || typeof mtimeMs !== 'number') return undefined;
  if (typeof json !== 'string' || typeof checksums !== 'string') return undefined;
  return {
    identity: { ino, size: bytes, mtimeMs, json, checksums },
    content: { digest, size, diffId, compression },
    isEmpty,
    isFile,
  };
}
