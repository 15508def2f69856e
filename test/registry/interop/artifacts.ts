import assert from 'node:assert/strict';
import { type Registry, sha256 } from './skopeo.js';

const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const EMPTY = 'application/vnd.oci.empty.v1+json';

/** An artifact as `oras` makes it: an image manifest with an empty config and one layer. */
export interface Artifact {
  readonly manifest: string;
  readonly blobs: readonly string[];
}

/** What to make. */
export interface ArtifactOptions {
  readonly content: string;
  readonly artifactType?: string;
  readonly subject?: { readonly digest: string; readonly size: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Makes an artifact manifest (OCI Image §Guidelines for artifact usage). */
export function artifactOf({ content, artifactType, subject, annotations }: ArtifactOptions): Artifact {
  const manifest = {
    schemaVersion: 2,
    mediaType: IMAGE,
    ...(artifactType === undefined ? {} : { artifactType }),
    config: { mediaType: EMPTY, digest: sha256('{}'), size: 2, data: 'e30=' },
    layers: [{ mediaType: 'text/plain', digest: sha256(content), size: Buffer.byteLength(content) }],
    ...(subject === undefined ? {} : { subject: { mediaType: IMAGE, ...subject } }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  return { manifest: JSON.stringify(manifest), blobs: ['{}', content] };
}

/** Uploads a blob by POST and one PUT, as most clients do. @returns its digest. */
export async function pushBlobTo(registry: Registry, repository: string, content: string): Promise<string> {
  const started = await registry.ask(`/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  assert.equal(started.status, 202, started.text);
  const location = new URL(String(started.headers.location), `https://${registry.host}`);
  const digest = sha256(content);
  location.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  const closed = await registry.ask(location.pathname + location.search, {
    method: 'PUT',
    headers,
    body: content,
  });
  assert.equal(closed.status, 201, closed.text);
  return digest;
}

/** Pushes a manifest. @param reference its digest when left out. @returns its digest. */
export async function pushManifestTo(
  registry: Registry,
  repository: string,
  manifest: string,
  reference = sha256(manifest),
): Promise<string> {
  const { mediaType } = JSON.parse(manifest) as { mediaType: string };
  const reply = await registry.ask(`/v2/${repository}/manifests/${reference}`, {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: manifest,
  });
  assert.equal(reply.status, 201, reply.text);
  assert.equal(reply.headers['docker-content-digest'], sha256(manifest));
  return sha256(manifest);
}
