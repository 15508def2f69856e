import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Handler } from '../../../src/exchange/exchange.js';
import { Failure } from '../../../src/exchange/failure.js';
import { type Bridge, openBridge } from '../../../src/registry/bridge/bridge.js';
import { Tag } from '../../../src/registry/model/reference.js';
import { Repository } from '../../../src/registry/model/repository.js';
import { ImageId } from '../../../src/registry/model/v1/image-id.js';
import { V1Repository } from '../../../src/registry/model/v1/v1-repository.js';
import { createRegistry } from '../../../src/registry/registry.js';
import { openDockerRegistryStore } from '../../../src/registry/store/docker-registry/docker-registry-store.js';
import {
  type FilesystemStores,
  openFilesystemStore,
} from '../../../src/registry/store/filesystem/filesystem-store.js';
import type { V1Stores } from '../../../src/registry/store/v1-contracts.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { makeOldRegistry, type OldRegistry } from '../../harness/old-registry.js';
import { ask, type RequestOptions } from '../client.js';

/** A registry whose v1 images are shown to clients of the v2 API. */
export interface BridgedRegistry {
  readonly directory: string;
  readonly raw: FilesystemStores;
  readonly v1: V1Stores;
  readonly bridge: Bridge;
  readonly handler: Handler;
}

/** Opens a data directory; `v1` is the directory of the v1 images, the same one by default. */
export async function openBridged(
  directory: string,
  {
    v1: v1Directory = directory,
    readOnly = false,
  }: { readonly v1?: string; readonly readOnly?: boolean } = {},
): Promise<BridgedRegistry> {
  const raw = await openFilesystemStore({ directory });
  const v1 = await openDockerRegistryStore({ directory: v1Directory, readOnly });
  const bridge = openBridge({
    stores: raw,
    v1,
    directory: join(directory, 'docker', 'registry', 'dockgate', 'v1', 'bridge'),
  });
  return { directory, raw, v1, bridge, handler: createRegistry({ store: bridge.stores }) };
}

/** An old registry, and dockgate over its directory. */
export async function oldAndBridged(
  test: TestContext,
  options: { readonly readOnly?: boolean; readonly damage?: boolean } = {},
): Promise<{ readonly old: OldRegistry; readonly registry: BridgedRegistry }> {
  const directory = memoryDirectory(test);
  const old = await makeOldRegistry(directory, { damage: options.damage ?? false });
  return { old, registry: await openBridged(directory, options) };
}

export function repository(name: string): Repository {
  return Repository.parse(name);
}

export function tag(name: string): Tag {
  return Tag.parse(name);
}

export function v1Repository(path: string): V1Repository {
  const found = V1Repository.readPath(path);
  if (found === undefined) throw new Error(`${path} cannot be a v1 repository`);
  return found;
}

export function imageId(hex: string): ImageId {
  return ImageId.parse(hex);
}

/** What a client sees. */
export interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  /** Of the error; empty without one. */
  readonly message: string;
  readonly text: string;
  readonly digest: string;
}

/** Asks a handler; a failure is an answer. */
export async function tell(
  handler: Handler,
  method: string,
  target: string,
  options: RequestOptions = {},
): Promise<Answer> {
  let message = '';
  const noting: Handler = async (exchange) => {
    try {
      return await handler(exchange);
    } catch (error) {
      if (error instanceof Failure) message = error.message;
      throw error;
    }
  };
  const { status, code, bytes, headers } = await ask(noting, method, target, options);
  return { status, code, message, text: bytes.toString(), digest: String(headers['docker-content-digest']) };
}
