import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashPassword } from '../../src/htpasswd/index.js';
import { PASSWORD, USER } from './gateway.js';

/** Gives a directory the password file that `dockgate serve` looks for, with the one test user. */
export async function makeUserFile(directory: string): Promise<void> {
  const file = join(directory, 'dockgate.htpasswd');
  if (!existsSync(file)) writeFileSync(file, `${USER}:${await hashPassword(PASSWORD, { cost: 4 })}\n`);
}
