import type { Digest } from './digest.js';
import { fieldOf, isJsonObject, parseJson } from './json.js';
import type { Manifest } from './manifest.js';

/** How the index of referrers names a manifest that is about another (OCI end-12). */
export interface Referrer {
  readonly digest: string;
  readonly artifactType: string | undefined;
  /** The whole descriptor in JSON. */
  readonly text: string;
}

/** Describes a manifest for the list of those that are about its subject. */
export function describeReferrer(digest: Digest, manifest: Manifest): Referrer {
  const { artifactType, annotations, bytes, mediaType } = manifest;
  const text = JSON.stringify({
    mediaType,
    digest: digest.toString(),
    size: bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  });
  return { digest: digest.toString(), artifactType, text };
}

/** Reads a description that has been written down; undefined when it is damaged or is one of another manifest. */
export function readReferrer(bytes: Buffer, digest: string): Referrer | undefined {
  const value = parseJson(bytes);
  if (!isJsonObject(value) || fieldOf(value, 'digest') !== digest) return undefined;
  const artifactType = fieldOf(value, 'artifactType');
  return {
    digest,
    artifactType: typeof artifactType === 'string' ? artifactType : undefined,
    text: bytes.toString('utf8'),
  };
}
