import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Configuration } from '../../configuration/configuration.js';
import { type DamagedTag, type MigrationTotals, migrate } from '../../registry/bridge/migration.js';
import { bridgeDirectory } from '../../registry/bridge/place.js';
import { openDockerRegistryStore } from '../../registry/store/docker-registry/docker-registry-store.js';
import { openFilesystemStore } from '../../registry/store/filesystem/filesystem-store.js';
import { exists } from '../../tls/directory.js';
import { CommandFailure } from '../command-failure.js';
import { MigrationNotes } from './migrate-v1-notes.js';
import { directoryConfiguration } from './opening.js';
import type { PlaceFlags } from './options.js';
import type { Surroundings } from './surroundings.js';
import { runTask, type Task } from './task.js';

interface Flags extends PlaceFlags {
  readonly from?: string;
  readonly dryRun?: boolean;
}

const ADVICE = 'Push these images again, or restore them from a backup; everything else can be pulled.';

/** Adds `dockgate registry migrate-v1`. */
export function registerMigrateV1Command(registry: Command, surroundings: Surroundings): void {
  registry
    .command('migrate-v1')
    .description(
      'make the images of a v1 registry ready to be pulled by the clients of today; a server may run meanwhile',
    )
    .option(
      '--from <DIR>',
      'directory of docker-registry, with images and repositories (default: "v1.directory")',
    )
    .option('--dry-run', 'read and check every image, and store nothing')
    .option('--data <DIR>', 'directory of a registry on this machine (default: as dockgate serve has it)')
    .option('--config <FILE>', 'configuration file that names the directory')
    .option('--json', 'for programs')
    .action((flags: Flags) => runTask(registry, surroundings, flags, (task) => migrateV1(task, flags)));
}

/** Where the v1 images are, and what may be done to them. */
interface Source {
  readonly directory: string;
  readonly isForeign: boolean;
  /** Layers are copied, since nothing there may change. */
  readonly copy: boolean;
}

function sourceOf({ v1 }: Configuration, task: Task, from: string | undefined): Source {
  const isReadOnly = v1.access === 'read-only';
  if (from === undefined) return { directory: v1.directory, isForeign: isReadOnly, copy: isReadOnly };
  const directory = resolve(task.surroundings.directory, from);
  if (directory === v1.directory) return { directory, isForeign: isReadOnly, copy: isReadOnly };
  return { directory, isForeign: true, copy: false };
}

async function migrateV1(task: Task, flags: Flags): Promise<void> {
  const configuration = await directoryConfiguration(task);
  const { data } = configuration;
  const dryRun = flags.dryRun === true;
  const { directory, isForeign, copy } = sourceOf(configuration, task, flags.from);
  if (!(await exists(join(directory, 'repositories')))) {
    throw new CommandFailure(
      `${directory}: there is no v1 registry in this directory (repositories is missing); name another with --from DIR`,
    );
  }
  const notes = new MigrationNotes(task);
  const totals = await migrate({
    stores: await openFilesystemStore({ directory: data }),
    v1: await openDockerRegistryStore({ directory, readOnly: true }),
    directory: bridgeDirectory(data),
    copy,
    isForeign,
    dryRun,
    signal: task.signal,
    onProgress: ({ bytes }) => task.progress.update({ label: 'verified', done: bytes, unit: 'bytes' }),
    onDamaged: (tag: DamagedTag) => notes.damaged(tag),
    onSkipped: (name) => notes.skipped(name),
    onKept: (name) => notes.kept(name),
  });
  notes.end({ from: directory, to: data, dryRun }, totals);
  if (totals.damaged > 0) throw new CommandFailure(`${damaged(totals)} ${ADVICE}`);
}

function damaged({ damaged: count }: MigrationTotals): string {
  return count === 1 ? '1 tag has a damaged image.' : `${count} tags have damaged images.`;
}
