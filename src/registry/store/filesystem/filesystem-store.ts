import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Stores } from '../contracts.js';
import { DurableFiles } from './durable-files.js';
import { FilesystemBlobs } from './filesystem-blobs.js';
import { FilesystemCatalog } from './filesystem-catalog.js';
import { FilesystemManifests } from './filesystem-manifests.js';
import { FilesystemTags } from './filesystem-tags.js';
import { FilesystemUploads } from './filesystem-uploads.js';
import { Layout } from './layout.js';
import { WritingRights } from './writing-rights.js';

/** Where to keep content, and how. */
export interface FilesystemStoreOptions {
  /** The data directory; made when it is missing. One that distribution's registry has written is served as it is. */
  readonly directory: string;
  /** Milliseconds after which an upload that a dead process was writing to can be continued; 30 seconds by default. */
  readonly writerLease?: number;
}

/**
 * Opens a data directory.
 *
 * @throws the system's error when the directory cannot be made.
 */
export async function openFilesystemStore(options: FilesystemStoreOptions): Promise<Stores> {
  const layout = new Layout(resolve(options.directory));
  await mkdir(layout.root, { recursive: true });
  const files = new DurableFiles(layout);
  const blobs = new FilesystemBlobs(layout, files);
  const catalog = new FilesystemCatalog(layout);
  const tags = new FilesystemTags(layout, files, catalog);
  return {
    blobs,
    catalog,
    tags,
    manifests: new FilesystemManifests(layout, files, tags),
    uploads: new FilesystemUploads(layout, files, blobs, new WritingRights(options.writerLease ?? 30_000)),
  };
}
