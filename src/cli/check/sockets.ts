import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { LONGEST_SOCKET_PATH, socketPath } from '../../monitor/socket-path.js';
import { about, type CheckContext, codeOf, type Findings } from './findings.js';

/** Looks whether the control socket could be made: the length of its path, and its directory. */
export async function checkSockets(context: CheckContext, found: Findings): Promise<void> {
  const { control } = context.configuration;
  if (control === undefined) return;
  const { place, subject } = about(context, 'control');
  if (socketPath(control) === undefined) {
    found.problem(
      place,
      `${subject} is a path of ${Buffer.byteLength(control)} bytes, and that of a socket has at most ${LONGEST_SOCKET_PATH}. Choose a shorter one, or off.`,
    );
    return;
  }
  const directory = path.dirname(control);
  try {
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    found.problem(
      place,
      `${subject} is to lie in ${directory}, where nothing can be made (${codeOf(error)}). Make the directory, choose another path, or off.`,
    );
  }
}
