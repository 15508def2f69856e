import { join } from 'node:path';
import { type Installation, unitsOf } from './installation-plan.js';
import { locations } from './locations.js';
import { stateOf } from './placed-file.js';
import { userEntry } from './user-entry.js';
import { writtenDirectories } from './written-directories.js';

const notes = {
  missing: 'is written',
  same: 'stays: it is the same already',
  outdated: 'is replaced',
  edited: 'stays, since somebody has changed it',
};

/** What an installation would write and run, as text. Changes nothing. */
export async function previewInstallation(installation: Installation): Promise<string> {
  const { settled, base, user, root, force, start } = installation;
  const parts: string[] = [];
  for (const { path, text } of [
    { path: locations.userEntry, text: userEntry(user) },
    ...unitsOf(installation),
  ]) {
    const state = await stateOf(join(base, path), text);
    const note = state === 'edited' && force ? notes.outdated : notes[state];
    parts.push(`# ${path} ${note}`, text);
  }
  const { file, configuration } = settled;
  parts.push(settled.text === undefined ? `# ${file} stays` : `# ${file} is written\n${settled.text}`);
  for (const path of [locations.state, ...writtenDirectories(configuration)])
    parts.push(`# ${path} is made when it is missing, for ${user} alone`);
  parts.push(`# ${configuration.htpasswd} is made when it is missing, without users`);
  if (root === undefined) {
    parts.push(
      '\n# Programs:',
      `systemd-sysusers ${locations.userEntry}`,
      'systemctl daemon-reload',
      'systemctl enable dockgate.socket dockgate.service',
    );
    if (start) parts.push('systemctl start dockgate.socket', 'systemctl start dockgate.service');
  }
  return parts.join('\n');
}
