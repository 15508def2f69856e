import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Handler } from '../../../src/exchange/exchange.js';
import type { Digest } from '../../../src/registry/model/digest.js';
import { Tag } from '../../../src/registry/model/reference.js';
import { ImageId } from '../../../src/registry/model/v1/image-id.js';
import { V1Repository } from '../../../src/registry/model/v1/v1-repository.js';
import { openProjection, type ProjectedStores } from '../../../src/registry/projection/projection.js';
import { createRegistry } from '../../../src/registry/registry.js';
import { openDockerRegistryStore } from '../../../src/registry/store/docker-registry/docker-registry-store.js';
import {
  type FilesystemStores,
  openFilesystemStore,
} from '../../../src/registry/store/filesystem/filesystem-store.js';
import type { V1Stores } from '../../../src/registry/store/v1-contracts.js';
import { createV1 } from '../../../src/registry/v1/v1.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { ask } from '../client.js';
import { digestOf, pushBlob } from '../fixture.js';

export const GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';
export const PLAIN = 'application/vnd.oci.image.layer.v1.tar';

/** A registry with both APIs over one directory. */
export interface Projected {
  readonly directory: string;
  readonly stores: FilesystemStores;
  /** Images that v1 clients have pushed. */
  readonly pushed: V1Stores;
  readonly all: ProjectedStores;
  readonly v1: Handler;
  readonly v2: Handler;
  /** Manifests made of pushed images. */
  readonly origins: Map<string, ImageId>;
}

export async function openProjected(directory: string, readOnly = false): Promise<Projected> {
  const stores = await openFilesystemStore({ directory });
  const pushed = await openDockerRegistryStore({ directory, readOnly });
  const origins = new Map<string, ImageId>();
  const origin = async (manifest: Digest): Promise<ImageId | undefined> => origins.get(manifest.toString());
  const all = openProjection({ stores, v1: pushed, directory, origin });
  const v1 = createV1({ stores: all, hasIndex: true, endpoints: [], greeting: '' });
  return { directory, stores, pushed, all, v1, v2: createRegistry({ store: stores }), origins };
}

export function projected(test: TestContext): Promise<Projected> {
  return openProjected(memoryDirectory(test));
}

/** An archive with one empty file. */
export function archive(name: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write('00000000000\0', 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\0', 257);
  header.write('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, Buffer.alloc(1024)]);
}

/** A layer as it is pushed. */
export interface Layer {
  readonly bytes: Buffer;
  readonly mediaType: string;
  /** What the config says of it. */
  readonly diffId: string;
}

export function gzipped(name: string, level = 6): Layer {
  const tar = archive(name);
  return { bytes: gzipSync(tar, { level }), mediaType: GZIP, diffId: digestOf(tar) };
}

export function plain(name: string): Layer {
  const bytes = archive(name);
  return { bytes, mediaType: PLAIN, diffId: digestOf(bytes) };
}

/** What was pushed. */
export interface Pushed {
  readonly manifest: string;
  readonly config: string;
  readonly body: string;
  readonly layers: readonly Layer[];
  /** The ids that docker 1.10 would give it, the top first. */
  readonly ids: readonly string[];
}

/** Pushes an image through the v2 API. @param more fields of the config. */
export async function push(
  v2: Handler,
  name: string,
  tag: string,
  layers: readonly Layer[],
  more: object = {},
): Promise<Pushed> {
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: '2020-01-01T00:00:00Z',
    config: { Cmd: ['sh'] },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    ...more,
  });
  const digest = await pushBlob(v2, name, config);
  for (const { bytes } of layers) await pushBlob(v2, name, bytes);
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: config.length },
    layers: layers.map(({ bytes, mediaType }) => ({
      mediaType,
      digest: digestOf(bytes),
      size: bytes.length,
    })),
  });
  await pushManifest(v2, name, tag, body);
  let chain = '';
  const chains = layers.map(({ diffId }) => {
    chain =
      chain === '' ? diffId : `sha256:${createHash('sha256').update(`${chain} ${diffId}`).digest('hex')}`;
    return chain.slice(7);
  });
  const ids = [digest.slice(7), ...chains.slice(0, -1).reverse()];
  return { manifest: digestOf(body), config: digest, body, layers, ids };
}

export async function pushManifest(v2: Handler, name: string, tag: string, body: string): Promise<void> {
  const reply = await ask(v2, 'PUT', `/v2/${name}/manifests/${tag}`, { body });
  if (reply.status !== 201) throw new Error(`the manifest was refused: ${reply.status} ${reply.code}`);
}

export function repositoryOf(path: string): V1Repository {
  const repository = V1Repository.readPath(path);
  if (repository === undefined) throw new Error(path);
  return repository;
}

export function idOf(hex: string | undefined): ImageId {
  return ImageId.parse(hex ?? '');
}

export function tagOf(name: string): Tag {
  return Tag.parse(name);
}

/** The tags of a repository as an object. */
export async function tagsOf({ all }: Projected, path: string): Promise<Record<string, string> | undefined> {
  const tags = await all.tags.list(repositoryOf(path));
  return tags && Object.fromEntries([...tags].map(([tag, id]) => [tag, id.hex]));
}
