import { once } from 'node:events';
import { connect } from 'node:tls';
import { MANIFEST_PATH } from '../fixture/image.js';
import { statusOf } from '../load/curl.js';
import { absence, isInstalled, type Program, programs } from '../machine/program.js';
import type { Stage } from '../stage.js';
import { startCaddy } from './caddy.js';
import type { Contender, ContenderOptions, Starter } from './contender.js';
import { startDockgate } from './dockgate.js';
import { startHaproxy } from './haproxy.js';
import { startBufferingNginx, startNginx, startNginxAes128 } from './nginx.js';

interface Entry {
  readonly start: Starter;
  /** What has to be installed. */
  readonly program?: Program;
}

const roster = {
  nginx: { start: startNginx, program: programs.nginx },
  'buffering nginx': { start: startBufferingNginx, program: programs.nginx },
  'nginx with AES-128': { start: startNginxAes128, program: programs.nginx },
  dockgate: { start: startDockgate },
  haproxy: { start: startHaproxy, program: programs.haproxy },
  caddy: { start: startCaddy, program: programs.caddy },
} as const satisfies Record<string, Entry>;

export type ContenderName = keyof typeof roster;

/** Starts those of the named contenders that are installed, in the order in which they will take turns. */
export async function startContenders(
  stage: Stage,
  names: readonly ContenderName[],
  options: ContenderOptions,
): Promise<Contender[]> {
  const started: Contender[] = [];
  for (const name of names) {
    const { start, program }: Entry = roster[name];
    if (program !== undefined && !isInstalled(program)) stage.miss(absence(program));
    else started.push(await start(stage, options));
  }
  return started;
}

/** What a client that prefers nothing special agrees on, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`. */
async function cipherOf({ port }: Contender): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const cipher = `${socket.getProtocol()} ${socket.getCipher().name}`;
  socket.destroy();
  return cipher;
}

/** Sees that a contender lets in who knows the password and nobody else, before anything is measured. */
export async function verify(stage: Stage, contender: Contender, path = MANIFEST_PATH): Promise<void> {
  const url = `${contender.origin}${path}`;
  const open = await statusOf(stage, url, true);
  const closed = await statusOf(stage, url, false);
  if (open !== 200 || closed !== 401)
    throw new Error(`${contender.name} answers ${open} with the password and ${closed} without`);
  stage.say(`${contender.name}: ${await cipherOf(contender)}`);
}
