import { randomBytes } from 'node:crypto';
import { closeSharedPool, hashPassword, setUser } from '../htpasswd/index.js';

/** The user that the first start makes. The password exists in clear only here and in the message of that start. */
export interface FirstUser {
  readonly name: string;
  readonly password: string;
}

/** Makes the password file, for its owner alone, with a user `admin` and a random password of 120 bits. */
export async function createFirstUser(htpasswd: string): Promise<FirstUser> {
  const user = { name: 'admin', password: randomBytes(15).toString('base64url') };
  await setUser(htpasswd, user.name, await hashPassword(user.password), 'absent');
  await closeSharedPool();
  return user;
}
