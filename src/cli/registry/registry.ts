import type { Command } from 'commander';
import { registerGcCommand } from './gc.js';
import { registerInspectCommand } from './inspect.js';
import { registerLsCommand } from './ls.js';
import { registerMigrateV1Command } from './migrate-v1.js';
import { registerReindexCommand } from './reindex.js';
import { registerRmCommand } from './rm.js';
import { ownSurroundings, type Surroundings } from './surroundings.js';
import { registerTagsCommand } from './tags.js';
import { registerVerifyCommand } from './verify.js';

const EXAMPLES = `
Names without a scheme mean the data directory (--data, ./data by default), names with https:// a registry
that is running, dockgate or any other that speaks OCI Distribution.

Examples:
  dockgate registry ls --data /srv/registry --long
  dockgate registry tags https://registry.example.com/team/app --user alice
  dockgate registry inspect team/app:1.0
  dockgate registry rm team/app:1.0 team/app:1.1 --dry-run
  dockgate registry gc --untagged --dry-run
  dockgate registry migrate-v1 --from /var/docker-registry/registry --dry-run
  dockgate registry verify https://registry.example.com/team/app
`;

/** Adds `dockgate registry ...`: looking at a registry and cleaning it up, on its data directory or while it runs. */
export function registerRegistryCommand(
  program: Command,
  surroundings: Surroundings = ownSurroundings(),
): void {
  const registry = program
    .command('registry')
    .description('look at a registry, remove from it, clean it up and check it')
    .addHelpText('after', EXAMPLES);
  registerLsCommand(registry, surroundings);
  registerTagsCommand(registry, surroundings);
  registerInspectCommand(registry, surroundings);
  registerRmCommand(registry, surroundings);
  registerGcCommand(registry, surroundings);
  registerVerifyCommand(registry, surroundings);
  registerMigrateV1Command(registry, surroundings);
  registerReindexCommand(registry, surroundings);
}
