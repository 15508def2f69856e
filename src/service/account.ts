import type { Machine } from './machine.js';
import type { Owner } from './placed-file.js';

/** Looks a user up, wherever the machine keeps its users; undefined when there is none of that name. */
export async function findUser(name: string, machine: Machine): Promise<Owner | undefined> {
  const { code, output } = await machine.run('getent', ['passwd', name]);
  if (code !== 0) return undefined;
  const [, , uid = '', gid = ''] = output.split(':');
  return /^\d+$/.test(uid) && /^\d+$/.test(gid) ? { uid: Number(uid), gid: Number(gid) } : undefined;
}
