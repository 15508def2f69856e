import { Digest } from './digest.js';
import { fieldOf, isJsonObject } from './json.js';

/** A pointer from one piece of content to another (OCI Image §Descriptors), with the fields that a registry acts on. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** The content may be fetched elsewhere. */
  readonly hasUrls: boolean;
  readonly artifactType?: string;
}

/** Reads a descriptor. @returns a sentence's end that says what is wrong with it, such as `has no digest`. */
export function readDescriptor(value: unknown): Descriptor | string {
  if (!isJsonObject(value)) return 'is not a JSON object';
  const mediaType = fieldOf(value, 'mediaType');
  if (typeof mediaType !== 'string' || mediaType === '') return 'has no mediaType';
  const text = fieldOf(value, 'digest');
  if (typeof text !== 'string') return 'has no digest';
  const digest = Digest.read(text);
  if (digest === undefined) return 'has a digest that is neither sha256 nor sha512';
  const size = fieldOf(value, 'size');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return 'has no valid size';
  const urls = fieldOf(value, 'urls');
  const artifactType = fieldOf(value, 'artifactType');
  return {
    mediaType,
    digest,
    size,
    hasUrls: Array.isArray(urls) && urls.length > 0,
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
  };
}
