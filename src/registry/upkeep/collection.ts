import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type WritingRight, WritingRights } from '../store/filesystem/writing-rights.js';
import { COLLECTION_LEASE } from '../store/upkeep.js';
import { type CollectionOptions, type CollectionReport, CollectionRunning } from './collection-report.js';
import { CollectionRun } from './collection-run.js';
import { CollectionMemory } from './collection-state.js';

/** Milliseconds after which a collection whose process has died no longer keeps others from collecting. */
const LEASE = 30_000;

/**
 * Removes what nobody needs: content that no manifest names and no repository holds, blobs that a repository holds for
 * no manifest of its own, uploads that were given up and, if asked to, manifests that no tag leads to.
 *
 * It runs beside pushes and pulls, of this process and others. A collection that was interrupted goes on where it was.
 *
 * @throws {CollectionRunning} @throws the reason of the signal when it is aborted, and the system's errors.
 */
export async function collect(options: CollectionOptions): Promise<CollectionReport> {
  const { workspace, signal } = options;
  signal?.throwIfAborted();
  await mkdir(workspace, { recursive: true });
  const right = await new WritingRights(LEASE).take(join(workspace, COLLECTION_LEASE));
  if (right === undefined) throw new CollectionRunning();
  try {
    options.onStart?.();
    const memory = new CollectionMemory(workspace);
    const report = await collectAlone(options, memory, right);
    return options.also === undefined ? report : await collectFurther(options, memory, report, right);
  } finally {
    await right.release();
  }
}

async function collectAlone(
  options: CollectionOptions,
  memory: CollectionMemory,
  right: WritingRight,
): Promise<CollectionReport> {
  if (!options.dryRun) await options.store.upkeep.recover();
  const run = await CollectionRun.open(options, memory, () => right.isHeld());
  try {
    const report = await run.finish();
    if (!options.dryRun) await memory.saveLast({ finished: report.finished, report });
    return report;
  } catch (error) {
    // What another has taken over is no longer ours to write to.
    if (right.isHeld()) await run.interrupt().catch(() => undefined);
    throw error;
  }
}

/** Lets others clean up while nobody else collects, and adds what they remove to the report. */
async function collectFurther(
  options: CollectionOptions,
  memory: CollectionMemory,
  report: CollectionReport,
  right: WritingRight,
): Promise<CollectionReport> {
  const removed = { ...report.removed };
  let { bytes } = report;
  await options.also?.({
    ...options,
    mayRemove: () => right.isHeld(),
    onRemoval: (removal) => {
      removed[removal.kind] = (removed[removal.kind] ?? 0) + 1;
      bytes += removal.bytes;
      options.onRemoval?.(removal);
    },
  });
  const whole = { ...report, removed, bytes, finished: (options.now ?? Date.now)() };
  if (!options.dryRun) await memory.saveLast({ finished: whole.finished, report: whole });
  return whole;
}
