import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Handler } from '../../src/exchange/exchange.js';
import type { Rights } from '../../src/exchange/rights.js';
import { createRegistry, type RegistryOptions } from '../../src/registry/registry.js';
import type { Stores } from '../../src/registry/store/contracts.js';
import { openFilesystemStore } from '../../src/registry/store/filesystem/filesystem-store.js';
import { ask, type Received } from './client.js';

/** A registry in a directory of its own. */
export interface Fixture {
  readonly directory: string;
  /** The tree that distribution knows. */
  readonly tree: string;
  readonly store: Stores;
  readonly handler: Handler;
  close(): Promise<void>;
}

/** What a test registry differs in. */
export interface FixtureOptions extends Omit<RegistryOptions, 'store'> {
  /** Of whoever asks; everything is allowed without. */
  readonly rights?: Rights;
}

/** Rights to pull from the repositories of which a test is told, and to do everything else. */
export function pulling(isAllowed: (name: string) => boolean): Rights {
  return { may: (action, name) => action !== 'pull' || isAllowed(name) };
}

export async function openFixture({ rights, ...options }: FixtureOptions = {}): Promise<Fixture> {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-'));
  const store = await openFilesystemStore({ directory });
  const registry = createRegistry({ store, ...options });
  return {
    directory,
    tree: join(directory, 'docker', 'registry', 'v2'),
    store,
    handler: (exchange) => registry({ ...exchange, rights: exchange.rights ?? rights }),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

export function digestOf(bytes: string | Uint8Array, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Bytes of the blobs that were pushed, by digest. */
const sizes = new Map<string, number>();

/** A descriptor of a blob. One that was never pushed is said to have one byte. */
export function descriptorOf(mediaType: string, digest: string): object {
  return { mediaType, digest, size: sizes.get(digest) ?? 1 };
}

/** Uploads a blob in one request. @returns its digest. */
export async function pushBlob(
  handler: Handler,
  name: string,
  content: string | Uint8Array,
): Promise<string> {
  const digest = digestOf(content);
  sizes.set(digest, Buffer.byteLength(content));
  const reply = await ask(handler, 'POST', `/v2/${name}/blobs/uploads/?digest=${digest}`, { body: content });
  if (reply.status !== 201) throw new Error(`the blob was refused: ${reply.status} ${reply.code}`);
  return digest;
}

/** An OCI image manifest over a config and layers that have been pushed. */
export function imageManifest(config: string, layers: readonly string[] = [], more: object = {}): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptorOf('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((digest) => descriptorOf('application/vnd.oci.image.layer.v1.tar+gzip', digest)),
    ...more,
  });
}

/** Pushes an image without layers under a tag. */
export async function pushImage(
  handler: Handler,
  name: string,
  reference: string,
  config = 'config',
): Promise<{ manifest: string; digest: string; reply: Received }> {
  const manifest = imageManifest(await pushBlob(handler, name, config));
  const reply = await ask(handler, 'PUT', `/v2/${name}/manifests/${reference}`, { body: manifest });
  return { manifest, digest: digestOf(manifest), reply };
}
