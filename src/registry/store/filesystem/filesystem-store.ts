import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Stores } from '../contracts.js';
import { DurableFiles } from './durable-files.js';
import { FallbackReferrers } from './fallback-referrers.js';
import { FilesystemBlobs } from './filesystem-blobs.js';
import { FilesystemCatalog } from './filesystem-catalog.js';
import { FilesystemManifests } from './filesystem-manifests.js';
import { FilesystemReferrers } from './filesystem-referrers.js';
import { FilesystemTags } from './filesystem-tags.js';
import { FilesystemUploads } from './filesystem-uploads.js';
import { type FoundDamage, IntegrityLedger } from './integrity-ledger.js';
import { Layout } from './layout.js';
import { ReferrerFiles } from './referrer-files.js';
import { orUndefined } from './system-error.js';
import { WritingRights } from './writing-rights.js';

/** Milliseconds after which nothing that is staged can be in use. */
const ABANDONED = 24 * 60 * 60 * 1000;

/** Where to keep content, and how. */
export interface FilesystemStoreOptions {
  /** The data directory; made when it is missing. One that distribution's registry has written is served as it is. */
  readonly directory: string;
  /** Milliseconds after which an upload that a dead process was writing to can be continued; 30 seconds by default. */
  readonly writerLease?: number;
  /** Called once for each file that turns out to be damaged when somebody asks for it. */
  readonly onDamage?: (damage: FoundDamage) => void;
}

/**
 * Opens a data directory.
 *
 * @throws the system's error when the directory cannot be made.
 */
export async function openFilesystemStore(options: FilesystemStoreOptions): Promise<Stores> {
  const layout = new Layout(resolve(options.directory));
  await mkdir(layout.root, { recursive: true });
  await sweep(layout.staging);
  const files = new DurableFiles(layout);
  // Made now, so that a delete needs no room on a disk that is full. One that cannot be written to still serves pulls.
  await files.makeDirectory(layout.staging).catch(() => undefined);
  const ledger = new IntegrityLedger(options.onDamage);
  const blobs = new FilesystemBlobs(layout, files, ledger);
  const catalog = new FilesystemCatalog(layout);
  const tags = new FilesystemTags(layout, files, catalog);
  const referrerFiles = new ReferrerFiles(layout, files);
  const manifests = new FilesystemManifests(layout, files, tags, catalog, referrerFiles, ledger);
  return {
    blobs,
    catalog,
    tags,
    manifests,
    referrers: new FilesystemReferrers(layout, referrerFiles, new FallbackReferrers(manifests)),
    uploads: new FilesystemUploads(layout, files, blobs, new WritingRights(options.writerLease ?? 30_000)),
  };
}

/** Removes what processes that died have left on its way in or out. Others may be at work in the directory. */
async function sweep(staging: string): Promise<void> {
  const oldest = Date.now() - ABANDONED;
  for (const name of (await orUndefined(readdir(staging))) ?? []) {
    const path = join(staging, name);
    const status = await orUndefined(stat(path));
    if (status !== undefined && status.ctimeMs < oldest) await rm(path, { recursive: true, force: true });
  }
}
