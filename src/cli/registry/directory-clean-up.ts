import { openRegistry } from '../../registry/opening.js';
import { collect } from '../../registry/upkeep/collection.js';
import { CollectionRunning } from '../../registry/upkeep/collection-report.js';
import { alsoV1Images } from '../../registry/upkeep/v1-collection.js';
import { CommandFailure } from '../command-failure.js';
import { type CleanUp, type CleanUpTerms, stepOf } from './clean-up.js';
import { requireDirectory } from './directory-source.js';
import { directoryConfiguration } from './opening.js';
import type { Task } from './task.js';

/** Milliseconds: a push that is under way relies on what it has been told for so long at least. */
const LEAST_BESIDE_SERVER = 5 * 60_000;

/** The clean-up of a data directory, in this process. */
export async function directoryCleanUp(
  task: Task,
  terms: CleanUpTerms,
): Promise<{ place: string; run: CleanUp }> {
  const { data: directory, collection, v1: place } = await directoryConfiguration(task);
  await requireDirectory(directory);
  const { grace = collection.grace, untagged = collection.untagged } = terms;
  const { uploadTimeout } = collection;
  if (grace < LEAST_BESIDE_SERVER) {
    task.show('warning: with less than 5m of grace no server may use the directory meanwhile\n');
  }
  const { stores: store, v1 } = (await openRegistry({ data: directory, v1: place })).own;
  const { workspace } = store;
  const also = alsoV1Images(v1, place.directory);
  const run: CleanUp = async (dryRun, onRemoval) => {
    const { signal, progress } = task;
    try {
      return await collect({
        store,
        workspace,
        grace,
        untagged,
        dryRun,
        uploadTimeout,
        also,
        signal,
        onProgress: (now) => progress.update(stepOf(now)),
        onRemoval,
      });
    } catch (error) {
      const cause = { cause: error };
      if (error instanceof CollectionRunning)
        throw new CommandFailure(`${directory}: ${error.message}`, 1, cause);
      if (!signal.aborted || dryRun) throw error;
      throw new CommandFailure(
        'Stopped. The next clean-up with the same options goes on from here.',
        1,
        cause,
      );
    } finally {
      progress.clear();
    }
  };
  return { place: directory, run };
}
