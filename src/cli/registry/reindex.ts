import { join } from 'node:path';
import type { Command } from 'commander';
import { searchDatabase } from '../../registry/search/place.js';
import { openSearch } from '../../registry/search/search-index.js';
import { SearchTrouble } from '../../registry/search/search-thread.js';
import { openDockerRegistryStore } from '../../registry/store/docker-registry/docker-registry-store.js';
import { openFilesystemStore } from '../../registry/store/filesystem/filesystem-store.js';
import type { V1Stores } from '../../registry/store/v1-contracts.js';
import { exists } from '../../tls/directory.js';
import { CommandFailure } from '../command-failure.js';
import { requireDirectory } from './directory-source.js';
import { directoryConfiguration } from './opening.js';
import type { PlaceFlags } from './options.js';
import { printable } from './printable.js';
import type { Surroundings } from './surroundings.js';
import { runTask, type Task } from './task.js';

/** Adds `dockgate registry reindex`. */
export function registerReindexCommand(registry: Command, surroundings: Surroundings): void {
  registry
    .command('reindex')
    .description('read all repositories again for docker search; a server may run meanwhile')
    .option('--data <DIR>', 'directory of a registry on this machine (default: as dockgate serve has it)')
    .option('--config <FILE>', 'configuration file that names the directory')
    .option('--json', 'for programs')
    .action((flags: PlaceFlags) => runTask(registry, surroundings, flags, reindex));
}

async function reindex(task: Task): Promise<void> {
  const configuration = await directoryConfiguration(task);
  const { data: directory, v1 } = configuration;
  const isV1 = v1.access !== 'off';
  if (!isV1 || !(await exists(join(v1.directory, 'repositories')))) await requireDirectory(directory);
  const stores = await openFilesystemStore({ directory });
  const index = await openSearch({
    stores,
    v1: isV1 ? await openV1(v1.directory, v1.access === 'read-only') : undefined,
    file: searchDatabase(directory),
    // All of it is done here and now.
    compareEvery: 0,
  });
  const begun = performance.now();
  try {
    const repositories = await index.rebuild({
      signal: task.signal,
      onProgress: (done) => task.progress.update({ label: 'repositories read', done, unit: 'items' }),
    });
    const seconds = (performance.now() - begun) / 1_000;
    if (task.flags.json === true) task.printJson({ registry: directory, repositories, seconds });
    else task.print(`${countOf(repositories)} can be found now; it took ${seconds.toFixed(1)} s`);
  } catch (error) {
    if (!(error instanceof SearchTrouble)) throw error;
    throw new CommandFailure(printable(`The index cannot be written: ${error.message}`), 1, { cause: error });
  } finally {
    await index.close();
  }
}

/** Opened so that nothing is written, whatever the server may do. */
async function openV1(directory: string, isReadOnly: boolean): Promise<V1Stores> {
  return { ...(await openDockerRegistryStore({ directory, readOnly: true })), isReadOnly };
}

function countOf(repositories: number): string {
  return repositories === 1 ? '1 repository' : `${repositories} repositories`;
}
