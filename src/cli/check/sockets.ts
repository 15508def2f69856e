import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { LONGEST_SOCKET_PATH, socketPath } from '../../monitor/socket-path.js';
import { about, type CheckContext, codeOf, type Findings } from './findings.js';

/** Looks at the paths of unix sockets: their length, and whether the one of dockgate could be made. */
export async function checkSockets(context: CheckContext, found: Findings): Promise<void> {
  const { control, upstream } = context.configuration;
  if (control !== undefined) {
    const { place, subject } = about(context, 'control');
    if (socketPath(control) === undefined)
      found.problem(place, `${subject} is ${tooLong(control)} Choose a shorter one, or off.`);
    else {
      const directory = path.dirname(control);
      await access(directory, constants.W_OK | constants.X_OK).catch((error: unknown) => {
        found.problem(
          place,
          `${subject} is to lie in ${directory}, where nothing can be made (${codeOf(error)}). Make the directory, choose another path, or off.`,
        );
      });
    }
  }
  const setting = context.written('upstream.servers').length > 0 ? 'upstream.servers' : 'upstream.url';
  for (const [index, { socketPath: socket }] of (upstream?.servers ?? []).entries()) {
    if (socket === undefined || Buffer.byteLength(socket) <= LONGEST_SOCKET_PATH) continue;
    const { place, subject } = about(context, setting, index);
    found.problem(place, `${subject} is ${tooLong(socket)} Let the registry have a shorter one.`);
  }
}

function tooLong(file: string): string {
  return `a path of ${Buffer.byteLength(file)} bytes, and that of a socket has at most ${LONGEST_SOCKET_PATH}.`;
}
