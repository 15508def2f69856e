import { open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../harness/registry-client.js';

/** An OCI image manifest over a config and layers. */
export function manifestOf(config: Uint8Array | string, ...layers: readonly (Uint8Array | string)[]): string {
  const descriptor = (mediaType: string, bytes: Uint8Array | string): object => ({
    mediaType,
    digest: sha256(bytes),
    size: Buffer.byteLength(bytes),
  });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((layer) => descriptor('application/vnd.oci.image.layer.v1.tar+gzip', layer)),
  });
}

/** An OCI index over manifests or indexes. */
export function indexOf(...children: readonly string[]): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: children.map((child) => ({
      mediaType: (JSON.parse(child) as { mediaType: string }).mediaType,
      digest: sha256(child),
      size: Buffer.byteLength(child),
    })),
  });
}

/** The content file of a digest in a data directory. */
export function contentFile(directory: string, digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  const tree = algorithm === 'sha256' ? 'v2' : 'dockgate';
  return join(directory, 'docker', 'registry', tree, 'blobs', algorithm, hex.slice(0, 2), hex, 'data');
}

/** Turns over one bit in the middle of a file, as a worn disk does: nothing else about the file changes. */
export async function flipBit(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, size >> 1);
    byte[0] = (byte[0] ?? 0) ^ 1;
    await file.write(byte, 0, 1, size >> 1);
  } finally {
    await file.close();
  }
}

/** Puts another file in the place of one, as a restore from a backup does. */
export async function restore(path: string, bytes: Uint8Array | string): Promise<void> {
  await writeFile(`${path}-restored`, bytes);
  await rename(`${path}-restored`, path);
}

/** The link of a repository in a place such as `_layers`. */
export function linkFile(directory: string, repository: string, place: string, digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  const tree = algorithm === 'sha256' ? 'v2' : 'dockgate';
  const registry = join(directory, 'docker', 'registry', tree, 'repositories');
  return join(registry, repository, place, algorithm, hex, 'link');
}
