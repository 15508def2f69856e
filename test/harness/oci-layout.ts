import { createCipheriv, createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** What image to make. */
export interface OciLayoutOptions {
  readonly tag: string;
  /** Number of layers; 2 by default. */
  readonly layers?: number;
  /** Bytes of the one file in each layer, which do not compress; 4096 by default. */
  readonly layerBytes?: number;
  /** The same seed makes the same image, byte for byte; 1 by default. */
  readonly seed?: number;
}

/** What has been made. */
export interface OciLayout {
  /** Digest of the image's manifest. */
  readonly manifestDigest: string;
  readonly manifest: Buffer;
  readonly configDigest: string;
  readonly config: Buffer;
  readonly layers: readonly { readonly digest: string; readonly bytes: Buffer }[];
}

const EPOCH = '2020-01-01T00:00:00Z';

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Bytes that look random and depend on the seed alone. */
export function seededBytes(length: number, seed: number, stream = 0): Buffer {
  const key = createHash('sha256').update(`${seed}/${stream}`).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** A tar archive (POSIX ustar) with one file. */
function tar(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(`${(0).toString(8).padStart(11, '0')}\0`, 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\0', 257);
  header.write('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

/** Writes an OCI image layout with one small image, good enough for every client: real tar files, gzipped. */
export async function makeOciLayout(directory: string, options: OciLayoutOptions): Promise<OciLayout> {
  const { tag, layers: count = 2, layerBytes = 4096, seed = 1 } = options;
  const archives = Array.from({ length: count }, (_, index) =>
    tar(`layer-${index}.bin`, seededBytes(layerBytes, seed, index)),
  );
  const layers = archives.map((archive) => {
    // Random bytes do not get shorter, and with 200 MB trying takes longer than the rest of a test.
    const bytes = gzipSync(archive, { level: 0 });
    return { digest: sha256(bytes), bytes };
  });
  const config = Buffer.from(
    JSON.stringify({
      created: EPOCH,
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: { seed: String(seed) } },
      rootfs: { type: 'layers', diff_ids: archives.map(sha256) },
      history: archives.map((_, index) => ({ created: EPOCH, created_by: `layer ${index}` })),
    }),
  );
  const configDigest = sha256(config);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: configDigest,
        size: config.length,
      },
      layers: layers.map(({ digest, bytes }) => ({
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest,
        size: bytes.length,
      })),
    }),
  );
  const manifestDigest = sha256(manifest);
  const index = {
    schemaVersion: 2,
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: manifestDigest,
        size: manifest.length,
        annotations: { 'org.opencontainers.image.ref.name': tag },
      },
    ],
  };
  const blobs = join(directory, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const contents = [config, manifest, ...layers.map(({ bytes }) => bytes)];
  await Promise.all(contents.map((bytes) => writeFile(join(blobs, sha256(bytes).slice(7)), bytes)));
  await writeFile(join(directory, 'index.json'), JSON.stringify(index));
  await writeFile(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return { manifestDigest, manifest, configDigest, config, layers };
}
