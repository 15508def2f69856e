import { basename, dirname, join } from 'node:path';
import { codeOf } from '../tls/stored-file.js';
import type { Authority } from './authority.js';
import { type Client, registriesDirectory } from './clients.js';
import { hostsFile, mergeHint, refersTo } from './hosts-file.js';
import { isInside, type Machine, onDisk } from './machine.js';
import type { Place } from './place.js';
import { type Content, contentAt, put, take, textAt } from './placed-file.js';
import { findSystemStore } from './system-store.js';

/** What is to be done at one file, or why nothing is. */
export type Work = 'write' | 'replace' | 'remove' | 'nothing' | 'refuse';

/** One file of one client. */
export interface Step {
  readonly client: Client;
  /** A path of the machine. */
  readonly path: string;
  readonly work: Work;
  /** What it is to hold; undefined for what goes. */
  readonly text?: string | undefined;
  /** A whole sentence for what is refused. */
  readonly reason?: string | undefined;
}

/** What is to be trusted where. */
export interface Wish {
  readonly machine: Machine;
  readonly place: Place;
  readonly authority: Pick<Authority, 'fingerprint'> & Partial<Pick<Authority, 'pem'>>;
  readonly remove: boolean;
}

/** Looks at one client's files, and says what is to be done. Changes nothing. */
export async function planClient(client: Client, wish: Wish): Promise<readonly Step[]> {
  if (client === 'system') return planSystem(wish);
  const directory = join(registriesDirectory(client, wish.machine), wish.place.name);
  const certificate = await planDirectory(client, directory, wish);
  if (client !== 'containerd') return certificate;
  return planContainerd(directory, certificate, wish);
}

async function planSystem(wish: Wish): Promise<readonly Step[]> {
  const store = findSystemStore(wish.machine);
  if (store === undefined) {
    const reason =
      'No store of authorities that dockgate knows is on this machine. Install the package ca-certificates.';
    return [{ client: 'system', path: '/', work: 'refuse', reason }];
  }
  const path = join(store.directory, `dockgate-${wish.place.slug}.crt`);
  return [stepFor('system', path, await look(path, wish), wish)];
}

/** A directory of which the client reads every `.crt`: another's `ca.crt` stays, and ours stands beside it. */
async function planDirectory(client: Client, directory: string, wish: Wish): Promise<readonly Step[]> {
  const usual = join(directory, 'ca.crt');
  const spare = join(directory, 'dockgate.crt');
  const [atUsual, atSpare] = [await look(usual, wish), await look(spare, wish)];
  if (wish.remove) {
    const steps = [stepFor(client, usual, atUsual, wish), stepFor(client, spare, atSpare, wish)];
    // Another's file is none of our business, and a certificate among others has a sentence.
    const relevant = steps.filter(({ work }) => work === 'remove' || work === 'refuse');
    return relevant.length > 0 ? relevant : [{ client, path: usual, work: 'nothing' }];
  }
  if (isTrusted(atSpare)) return [stepFor(client, spare, atSpare, wish)];
  return [
    atUsual === 'foreign' ? stepFor(client, spare, atSpare, wish) : stepFor(client, usual, atUsual, wish),
  ];
}

async function planContainerd(
  directory: string,
  found: readonly Step[],
  wish: Wish,
): Promise<readonly Step[]> {
  const path = join(directory, 'hosts.toml');
  const client = 'containerd';
  const text = isInside(wish.machine, path) ? await textAt(onDisk(wish.machine, path)) : undefined;
  const [certificate] = found;
  if (certificate === undefined || certificate.work === 'refuse') return found;
  const name = basename(certificate.path);
  const ours = hostsFile(wish.place, name);
  if (wish.remove) {
    if (text === ours) return [{ client, path, work: 'remove' }, ...found];
    if (text === undefined || !refersTo(text, name, certificate.path)) return found;
    const reason = `${path} was written by somebody else and names ${name}. Take that line out, and remove ${certificate.path} then.`;
    return [{ client, path, work: 'refuse', reason }];
  }
  if (text === undefined) return [...found, { client, path, work: 'write', text: ours }];
  if (text === ours || refersTo(text, name, certificate.path))
    return [...found, { client, path, work: 'nothing' }];
  const reason = `${path} was written by somebody else. ${mergeHint(wish.place, certificate.path)}`;
  return [...found, { client, path, work: 'refuse', reason }];
}

async function look(path: string, { machine, authority }: Wish): Promise<Content | 'outside' | 'unreadable'> {
  if (!isInside(machine, path)) return 'outside';
  try {
    return await contentAt(onDisk(machine, path), authority);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return 'unreadable';
  }
}

function isTrusted(content: Awaited<ReturnType<typeof look>>): boolean {
  return content === 'same' || content === 'among others';
}

function stepFor(
  client: Client,
  path: string,
  content: Awaited<ReturnType<typeof look>>,
  { remove, authority }: Wish,
): Step {
  const refuse = (reason: string): Step => ({ client, path, work: 'refuse', reason });
  if (content === 'outside') return refuse(`${dirname(path)} leads out of the directory of --root.`);
  if (content === 'unreadable') return refuse(`${path} cannot be looked at by this account.`);
  if (remove) {
    if (content === 'same') return { client, path, work: 'remove' };
    if (content === 'among others')
      return refuse(`${path} holds other certificates too. Take this one out of it by hand.`);
    return { client, path, work: 'nothing' };
  }
  if (isTrusted(content)) return { client, path, work: 'nothing' };
  if (content === 'foreign') return refuse(`${path} holds something that dockgate did not put there.`);
  return { client, path, work: content === 'earlier' ? 'replace' : 'write', text: authority.pem };
}

/** Does what a step says. @throws the file system's error */
export async function carryOut(step: Step, { machine }: Wish): Promise<void> {
  const file = onDisk(machine, step.path);
  if ((step.work === 'write' || step.work === 'replace') && step.text !== undefined)
    await put(file, step.text);
  if (step.work === 'remove') await take(file, step.client !== 'system');
}
