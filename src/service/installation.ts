import { basename, join } from 'node:path';
import { findUser } from './account.js';
import { type Installation, type InstalledFile, unitsOf } from './installation-plan.js';
import { locations } from './locations.js';
import { requireSystemd, succeed } from './machine.js';
import { type FileState, type Owner, placeFile, stateOf } from './placed-file.js';
import { obstacleTo } from './reachability.js';
import { ServiceFailure } from './service-failure.js';
import { startService } from './start.js';
import { userEntry } from './user-entry.js';
import { prepareDirectories } from './writable-place.js';

/**
 * Installs the service and starts it. A second time it changes what is outdated, and nothing that somebody has edited.
 *
 * @throws {ServiceFailure} when it cannot be, said in a sentence
 */
export async function install(installation: Installation): Promise<void> {
  const { machine, root, tell } = installation;
  const units = unitsOf(installation);
  if (root === undefined) await refuseHere(installation);
  const owner = await ensureUser(installation);
  await prepareDirectories(installation, owner);
  await writeConfiguration(installation, owner);
  const changed: string[] = [];
  for (const unit of units) {
    if (await placeUnit(installation, unit)) changed.push(unit.path);
  }
  if (root !== undefined) {
    tell(`No program was run: ${root} is another root.`);
    return;
  }
  if (changed.length > 0) await succeed(machine, 'systemctl', ['daemon-reload']);
  await startService(installation, changed);
}

async function refuseHere({ machine, node, program, user }: Installation): Promise<void> {
  requireSystemd(machine);
  for (const path of [node, program]) {
    const obstacle = await obstacleTo(path);
    if (obstacle === undefined) continue;
    throw new ServiceFailure(
      `The service runs as user ${user}, and ${obstacle}. Install ${basename(path)} for all users, such as below /usr, and run this again with that one.`,
    );
  }
}

/** Returns undefined where the user will be made later. */
async function ensureUser(installation: Installation): Promise<Owner | undefined> {
  const { user, machine, root, base, tell } = installation;
  const entry = { path: locations.userEntry, text: userEntry(user) };
  const known = root === undefined ? await findUser(user, machine) : undefined;
  const state = await stateOf(join(base, entry.path), entry.text);
  // A user that was there before needs no entry.
  if (known !== undefined && state === 'missing') return known;
  await place(installation, entry, state, 0o644);
  if (root !== undefined || known !== undefined) return known;
  await succeed(machine, 'systemd-sysusers', [entry.path]);
  const made = await findUser(user, machine);
  if (made === undefined) {
    throw new ServiceFailure(`systemd-sysusers made no user ${user}. Make it: useradd --system ${user}`);
  }
  tell(`made the user ${user}`);
  return made;
}

/** It is never overwritten: from its first day on it is the operator's. */
async function writeConfiguration(
  { settled, base, tell }: Installation,
  owner: Owner | undefined,
): Promise<void> {
  const { text, file } = settled;
  if (text === undefined) {
    tell(`kept      ${file}`);
    return;
  }
  // The service reads it and cannot change it. Without a known group all must be able to; there are no secrets in it yet.
  const readers = owner === undefined ? undefined : { uid: 0, gid: owner.gid };
  await placeFile(join(base, file), text, owner === undefined ? 0o644 : 0o640, readers);
  tell(`wrote     ${file}`);
}

/** Returns whether it was changed. */
async function placeUnit(installation: Installation, unit: InstalledFile): Promise<boolean> {
  const state = await stateOf(join(installation.base, unit.path), unit.text);
  if (state !== 'edited' || installation.force) return place(installation, unit, state, 0o644);
  const name = basename(unit.path);
  installation.tell(
    `kept      ${unit.path}, since somebody has changed it. Changes belong into a drop-in (systemctl edit ${name}), which stays; --force replaces the file.`,
  );
  return false;
}

async function place(
  { base, tell }: Installation,
  { path, text }: InstalledFile,
  state: FileState,
  mode: number,
): Promise<boolean> {
  if (state === 'same') {
    tell(`unchanged ${path}`);
    return false;
  }
  await placeFile(join(base, path), text, mode);
  tell(`${state === 'missing' ? 'wrote    ' : 'replaced '} ${path}`);
  return true;
}
