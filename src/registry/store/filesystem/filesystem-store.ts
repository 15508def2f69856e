import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Stores } from '../contracts.js';
import { COLLECTION_LEASE } from '../upkeep.js';
import { DurableFiles } from './durable-files.js';
import { FallbackReferrers } from './fallback-referrers.js';
import { FilesystemAdoption } from './filesystem-adoption.js';
import { FilesystemBlobs } from './filesystem-blobs.js';
import { FilesystemCatalog } from './filesystem-catalog.js';
import { FilesystemManifests } from './filesystem-manifests.js';
import { FilesystemReferrers } from './filesystem-referrers.js';
import { FilesystemTags } from './filesystem-tags.js';
import { FilesystemUpkeep } from './filesystem-upkeep.js';
import { FilesystemUploads } from './filesystem-uploads.js';
import { type FoundDamage, IntegrityLedger } from './integrity-ledger.js';
import { Layout } from './layout.js';
import { isPresent } from './presence.js';
import { ReferrerFiles } from './referrer-files.js';
import { removeAbandoned } from './staging.js';
import { Tidying } from './tidying.js';
import { Trash } from './trash.js';
import { UploadExpiry } from './upload-expiry.js';
import { WritingRights } from './writing-rights.js';

/** Where to keep content, and how. */
export interface FilesystemStoreOptions {
  /** The data directory; made when it is missing. One that distribution's registry has written is served as it is. */
  readonly directory: string;
  /** Milliseconds after which an upload that a dead process was writing to can be continued; 30 seconds by default. */
  readonly writerLease?: number;
  /** Called once for each file that turns out to be damaged when somebody asks for it. */
  readonly onDamage?: (damage: FoundDamage) => void;
}

/** A data directory. */
export interface FilesystemStores extends Stores {
  readonly tags: FilesystemTags;
  /** The directory for what clean-up remembers. */
  readonly workspace: string;
  /** Takes content over that lies in the file system already. */
  readonly adoption: FilesystemAdoption;
}

/**
 * Opens a data directory.
 *
 * @throws the system's error when the directory cannot be made.
 */
export async function openFilesystemStore(options: FilesystemStoreOptions): Promise<FilesystemStores> {
  const layout = new Layout(resolve(options.directory));
  await mkdir(layout.root, { recursive: true });
  const files = new DurableFiles(layout);
  const trash = new Trash(layout, files);
  const lease = options.writerLease ?? 30_000;
  const rights = new WritingRights(lease);
  // One that cannot be written to needs nothing of the kind.
  await cleanUp(layout, trash, rights, lease).catch(() => undefined);
  // Made now, so that a delete needs no room on a disk that is full. One that cannot be written to still serves pulls.
  await files.makeDirectory(layout.staging).catch(() => undefined);
  const ledger = new IntegrityLedger(options.onDamage);
  const blobs = new FilesystemBlobs(layout, files, trash, ledger);
  const catalog = new FilesystemCatalog(layout);
  const tags = new FilesystemTags(layout, files, catalog);
  const referrerFiles = new ReferrerFiles(layout, files);
  const manifests = new FilesystemManifests(layout, files, trash, tags, catalog, referrerFiles, ledger);
  return {
    blobs,
    catalog,
    tags,
    manifests,
    referrers: new FilesystemReferrers(layout, referrerFiles, new FallbackReferrers(manifests)),
    uploads: new FilesystemUploads(layout, files, blobs, rights),
    upkeep: new FilesystemUpkeep({
      layout,
      files,
      trash,
      catalog,
      uploads: new UploadExpiry(layout, files, rights),
      tidying: new Tidying(layout, files, trash),
    }),
    workspace: layout.collection,
    adoption: new FilesystemAdoption(layout, files, blobs, ledger),
  };
}

/** Ends what earlier processes have not. Others may be at work in the directory. */
async function cleanUp(layout: Layout, trash: Trash, rights: WritingRights, lease: number): Promise<void> {
  for await (const _ of removeAbandoned(layout.staging, false));
  await emptyTrash(layout, trash, rights, lease);
}

/**
 * Puts back what a collection had in its hands when its process died. One that is at work does so by itself. Whether it is
 * shows only when its lease has passed, and what it had may be what somebody pulls.
 */
async function emptyTrash(layout: Layout, trash: Trash, rights: WritingRights, lease: number): Promise<void> {
  if (!(await isPresent(layout.trash))) return;
  await mkdir(layout.collection, { recursive: true });
  const right = await rights.take(`${layout.collection}/${COLLECTION_LEASE}`);
  if (right === undefined) {
    const again = (): Promise<void> => emptyTrash(layout, trash, rights, lease);
    setTimeout(() => void again().catch(() => undefined), lease).unref();
    return;
  }
  try {
    await trash.recover();
  } finally {
    await right.release();
  }
}
