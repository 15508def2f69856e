import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOciLayout, type OciLayout } from '../../harness/oci-layout.js';
import { sha256 } from './skopeo.js';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const IMAGE = 'application/vnd.oci.image.manifest.v1+json';

/** An OCI layout whose one tag means an index with an image for each platform. */
export interface IndexLayout {
  readonly digest: string;
  readonly bytes: Buffer;
  readonly children: readonly OciLayout[];
}

/** Writes an image layout that holds an index. @param seed the children's; the same one makes the same index. */
export async function makeIndexLayout(directory: string, tag: string, seed: number): Promise<IndexLayout> {
  await mkdir(directory, { recursive: true });
  const children: OciLayout[] = [];
  const platforms = ['amd64', 'arm64', 's390x'];
  for (const index of platforms.keys())
    children.push(await makeOciLayout(directory, { tag, layers: 2, layerBytes: 30_000, seed: seed + index }));
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: children.map(({ manifest, manifestDigest }, index) => ({
        mediaType: IMAGE,
        digest: manifestDigest,
        size: manifest.length,
        platform: { architecture: platforms[index], os: 'linux' },
      })),
    }),
  );
  const digest = sha256(bytes);
  await writeFile(join(directory, 'blobs', 'sha256', digest.slice(7)), bytes);
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  const manifests = [{ mediaType: INDEX, digest, size: bytes.length, annotations }];
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  return { digest, bytes, children };
}
