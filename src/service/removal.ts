import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { locations, usualUser } from './locations.js';
import { type Machine, requireSystemd, succeed } from './machine.js';
import { contentOf } from './placed-file.js';
import { isSealed } from './sealed-text.js';

/** What somebody wants to have removed. */
export interface RemovalOptions {
  /** Remove units that somebody has changed, too. */
  readonly force: boolean;
  /** Where the service was written in place of `/`; then no programs run. */
  readonly root: string | undefined;
}

const units = [locations.serviceUnit, locations.socketUnit];

/**
 * Stops the service and removes the units; data, configuration and the user stay. A second time there is nothing to do.
 *
 * @throws {ServiceFailure} when it cannot be, said in a sentence
 */
export async function uninstall(
  { root, force }: RemovalOptions,
  machine: Machine,
  tell: (line: string) => void,
): Promise<void> {
  if (root === undefined) requireSystemd(machine);
  const base = root ?? '/';
  const present: string[] = [];
  for (const path of units) if ((await contentOf(join(base, path))) !== undefined) present.push(path);
  if (present.length === 0) {
    tell('There is no service of dockgate on this machine; nothing was changed.');
    return;
  }
  const user =
    /^User=(.+)$/m.exec((await contentOf(join(base, locations.serviceUnit))) ?? '')?.[1] ?? usualUser;
  if (root === undefined) {
    const names = present.map((path) => basename(path));
    // One command for both: a socket that stays would start the service again with the next client.
    await succeed(machine, 'systemctl', ['disable', '--now', ...names.toReversed()]);
    tell(`stopped   ${names.join(', ')}; transfers that run may finish`);
  }
  for (const path of [...present, locations.userEntry]) await removeFile(join(base, path), path, force, tell);
  if (root === undefined) {
    await succeed(machine, 'systemctl', ['daemon-reload']);
    // Fails when there is no failure to forget.
    await machine.run('systemctl', ['reset-failed', ...present.map((path) => basename(path))]);
  }
  for (const line of left(user)) tell(line);
  for (const path of units) if (existsSync(join(base, `${path}.d`))) tell(`  ${path}.d  your drop-ins`);
}

async function removeFile(
  place: string,
  path: string,
  force: boolean,
  tell: (line: string) => void,
): Promise<void> {
  const text = await contentOf(place);
  if (text === undefined) return;
  if (path !== locations.userEntry && !force && !isSealed(text)) {
    tell(`kept      ${path}, since somebody has changed it; --force removes it`);
    return;
  }
  await rm(place);
  tell(`removed   ${path}`);
}

/** What a person finds afterwards. */
function left(user: string): readonly string[] {
  return [
    '',
    'These stay; remove them yourself if you want to:',
    `  ${locations.configurationDirectory}  configuration`,
    `  ${locations.state}  images, users, certificates, keys`,
    `  ${locations.logs}  log files, if there are any`,
    `  the user ${user}`,
  ];
}
