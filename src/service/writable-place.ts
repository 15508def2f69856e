import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Installation } from './installation-plan.js';
import { isBelow, locations } from './locations.js';
import { contentOf, type Owner, placeFile } from './placed-file.js';
import { mayWrite } from './reachability.js';
import { writtenDirectories } from './written-directories.js';

const { O_DIRECTORY, O_NOFOLLOW } = constants;
const FOR_OWNER = 0o700;

/** Makes the directories that the service writes to and the password file; says which of those that are there it may not use. */
export async function prepareDirectories(
  installation: Installation,
  owner: Owner | undefined,
): Promise<void> {
  const { settled, base, tell, user } = installation;
  const { configuration } = settled;
  for (const path of [locations.state, ...writtenDirectories(configuration)]) {
    const place = join(base, path);
    const isUsable = owner === undefined ? undefined : await mayWrite(place, owner);
    if (isUsable === false)
      tell(
        `warning: ${user} may not write to ${path}, and has to: chown ${user}: ${path}, or name another place in ${settled.file}`,
      );
    else if (isUsable === undefined && (await make(place, owner))) tell(`made      ${path}`);
  }
  await preparePasswords(installation, owner);
}

/** Returns whether it was not there. */
async function make(place: string, owner: Owner | undefined): Promise<boolean> {
  const first = await mkdir(place, { recursive: true, mode: 0o755 });
  if (first === undefined) return false;
  // By its handle: whoever may write to the directory above could put a link to something of root's in its place meanwhile.
  const directory = await open(place, O_DIRECTORY | O_NOFOLLOW);
  try {
    await directory.chmod(FOR_OWNER);
    if (owner !== undefined) await directory.chown(owner.uid, owner.gid);
  } finally {
    await directory.close();
  }
  return true;
}

/**
 * Makes a password file without users. Without one the first start would make a user, and show its password where the
 * journal keeps it.
 */
async function preparePasswords(
  { settled, base, tell, user }: Installation,
  owner: Owner | undefined,
): Promise<void> {
  const { htpasswd } = settled.configuration;
  const place = join(base, htpasswd);
  if ((await contentOf(place)) !== undefined) return;
  if (!isBelow(htpasswd, locations.state)) {
    tell(
      `warning: there is no ${htpasswd} yet: dockgate user add NAME --htpasswd ${htpasswd}, then chown ${user}: ${htpasswd}`,
    );
    return;
  }
  await placeFile(place, '', 0o600, owner);
  tell(`made      ${htpasswd}, without users`);
}
