import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DurableFiles } from '../filesystem/durable-files.js';
import { Layout } from '../filesystem/layout.js';
import { removeAbandoned } from '../filesystem/staging.js';
import type { V1Stores } from '../v1-contracts.js';
import { ImageCompletion } from './completion.js';
import { DockerRegistryImages } from './docker-registry-images.js';
import { DockerRegistryLayout } from './docker-registry-layout.js';
import { DockerRegistryPushes } from './docker-registry-pushes.js';
import { DockerRegistryRepositories } from './docker-registry-repositories.js';
import { DockerRegistryTags } from './docker-registry-tags.js';
import { ImageChanges } from './image-changes.js';
import { ImageDisposal } from './image-disposal.js';
import { readOnly } from './read-only.js';
import { ReceivedLayers } from './received-layers.js';
import { Reliance } from './reliance.js';

/** Where images of the v1 API lie, and how. */
export interface DockerRegistryStoreOptions {
  /**
   * One that docker-registry has written is served as it is. Made when it is missing, unless it is read-only; what is to be
   * in it is made with the first push.
   */
  readonly directory: string;
  /** Nothing is written, not even when it is opened, and what would is refused. */
  readonly readOnly: boolean;
  /** Milliseconds after which an image that a dead process was changing can be changed by others; 10 seconds by default. */
  readonly writerLease?: number;
}

/**
 * Opens a directory in docker-registry's layout.
 *
 * @throws the system's error when the directory cannot be made.
 */
export async function openDockerRegistryStore(options: DockerRegistryStoreOptions): Promise<V1Stores> {
  const root = resolve(options.directory);
  const layout = new DockerRegistryLayout(root);
  const staging = new Layout(root);
  const files = new DurableFiles(staging);
  if (!options.readOnly) {
    await mkdir(root, { recursive: true });
    // Made now, so that a delete needs no room on a disk that is full. One that cannot be written to still serves pulls.
    await files.makeDirectory(staging.staging).catch(() => undefined);
    await cleanUp(root, staging).catch(() => undefined);
  }
  const reliance = new Reliance(layout);
  const images = new DockerRegistryImages(layout, reliance);
  const stores: V1Stores = {
    isReadOnly: false,
    images,
    pushes: new DockerRegistryPushes({
      layout,
      files,
      reliance,
      changes: new ImageChanges(layout, options.writerLease ?? 10_000),
      received: new ReceivedLayers(layout),
      completion: new ImageCompletion(layout, files, root),
    }),
    tags: new DockerRegistryTags({ layout, staging, files, images }),
    repositories: new DockerRegistryRepositories(layout, files),
  };
  return options.readOnly ? readOnly(stores) : stores;
}

/** Ends what earlier processes have not. Others may be at work in the directory. */
async function cleanUp(root: string, { staging }: Layout): Promise<void> {
  for await (const _ of removeAbandoned(staging, false));
  await new ImageDisposal(root).recover();
}
