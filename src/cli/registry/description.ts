import { Digest } from '../../registry/model/digest.js';
import { fieldOf, isJsonObject, type JsonObject, parseJson } from '../../registry/model/json.js';
import { isForeignLayer } from '../../registry/model/media-type.js';
import type { SourceManifest } from './source.js';

/** A pointer to content, as a manifest states it. */
export interface ContentDescription {
  readonly digest: string;
  readonly mediaType: string;
  /** Bytes, as stated. */
  readonly size: number;
  readonly artifactType?: string;
  /** `linux/arm64/v8` */
  readonly platform?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The content is fetched from somewhere else, so the registry need not have it. */
  readonly isElsewhere?: true;
}

/** What a manifest states, without what it points at. */
export interface ManifestDescription {
  readonly digest: string;
  readonly mediaType: string;
  /** Bytes of the manifest itself. */
  readonly size: number;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly subject: ContentDescription | undefined;
  readonly config: ContentDescription | undefined;
  readonly layers: readonly ContentDescription[];
  /** Manifests that an index names. */
  readonly children: readonly ContentDescription[];
}

/** Reads what a manifest states. What is not as it should be is left out: nothing here decides anything. */
export function describeManifest({ digest, mediaType, bytes }: SourceManifest): ManifestDescription {
  const value = parseJson(bytes);
  const object: JsonObject = isJsonObject(value) ? value : {};
  const artifactType = fieldOf(object, 'artifactType');
  return {
    digest: digest.toString(),
    mediaType,
    size: bytes.length,
    artifactType: typeof artifactType === 'string' ? artifactType : undefined,
    annotations: annotationsOf(object) ?? {},
    subject: describeContent(fieldOf(object, 'subject')),
    config: describeContent(fieldOf(object, 'config')),
    layers: [...listOf(object, 'layers'), ...listOf(object, 'blobs')],
    children: listOf(object, 'manifests'),
  };
}

/** Reads a descriptor (OCI Image §Descriptors); undefined when it has no digest that can be read. */
export function describeContent(value: unknown): ContentDescription | undefined {
  if (!isJsonObject(value)) return undefined;
  const digest = fieldOf(value, 'digest');
  if (typeof digest !== 'string' || Digest.read(digest) === undefined) return undefined;
  const mediaType = fieldOf(value, 'mediaType');
  const size = fieldOf(value, 'size');
  const artifactType = fieldOf(value, 'artifactType');
  const platform = platformOf(fieldOf(value, 'platform'));
  const annotations = annotationsOf(value);
  const urls = fieldOf(value, 'urls');
  const type = typeof mediaType === 'string' ? mediaType : '';
  return {
    digest,
    mediaType: type,
    size: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : 0,
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
    ...(platform === undefined ? {} : { platform }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(isForeignLayer(type) || (Array.isArray(urls) && urls.length > 0) ? { isElsewhere: true } : {}),
  };
}

/** `os/architecture[/variant]` of an object that has these fields. */
export function platformOf(value: unknown): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const parts = ['os', 'architecture', 'variant'].map((name) => fieldOf(value, name));
  const texts = parts.filter((part) => typeof part === 'string' && part !== '');
  return texts.length === 0 ? undefined : texts.join('/');
}

function listOf(object: JsonObject, name: string): ContentDescription[] {
  const list = fieldOf(object, name);
  if (!Array.isArray(list)) return [];
  return list.map(describeContent).filter((content) => content !== undefined);
}

function annotationsOf(object: JsonObject): Record<string, string> | undefined {
  const value = fieldOf(object, 'annotations');
  if (!isJsonObject(value)) return undefined;
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(entries);
}
