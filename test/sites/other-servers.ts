import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { canConnect } from '../harness/docker-registry.js';
import { until } from '../harness/until.js';

/** Users of every site: one reads, one writes. */
export const USERS = { reader: 'r3ader', writer: 'wr1ter' } as const;

/** A directory with a certificate for localhost, users and groups. Other users of the machine may look into it. */
export function siteDirectory(test: TestContext): string {
  const directory = temporaryDirectory(test);
  chmodSync(directory, 0o755);
  for (const [name, text] of certificate()) writeFileSync(join(directory, name), text);
  // SHA-1 costs neither server anything.
  const lines = Object.entries(USERS).map(
    ([user, password]) => `${user}:{SHA}${createHash('sha1').update(password).digest('base64')}\n`,
  );
  writeFileSync(join(directory, 'htpasswd'), lines.join(''));
  writeFileSync(join(directory, 'groups'), 'pusher: writer\n');
  return directory;
}

let made: readonly (readonly [string, string])[] | undefined;

/** The same for all sites. */
function certificate(): readonly (readonly [string, string])[] {
  if (made !== undefined) return made;
  const { status, stdout, stderr } = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', '-'],
  ]);
  if (status !== 0) throw new Error(String(stderr));
  const text = String(stdout);
  const end = text.indexOf('-----BEGIN CERTIFICATE');
  made = [
    ['server.key', text.slice(0, end)],
    ['server.crt', text.slice(end)],
  ];
  return made;
}

/** What nginx needs around a site to run here. @param within of the http block */
export function nginxSurroundings(directory: string): { readonly top: string; readonly within: string } {
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return {
    top: `${process.getuid?.() === 0 ? 'user root;' : ''} worker_processes 1; daemon off; pid ${directory}/nginx.pid;`,
    within: `access_log off; ${scratch.map((name) => `${name}_temp_path ${directory}/${name};`).join(' ')}`,
  };
}

/** Starts the real nginx with a whole configuration, for one test. */
export async function startNginxWith(
  test: TestContext,
  directory: string,
  text: string,
  port: number,
): Promise<void> {
  const errors = join(directory, 'error.log');
  writeFileSync(join(directory, 'nginx.conf'), text);
  await startServer(
    test,
    'nginx',
    ['-p', directory, '-e', errors, '-c', join(directory, 'nginx.conf')],
    port,
    errors,
  );
}

/** Of the package apache2-bin. */
export const apacheProgram = '/usr/sbin/apache2';
const modules = [
  ...['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'authz_groupfile', 'authz_host'],
  ...['access_compat', 'auth_basic', 'headers', 'slotmem_shm', 'proxy', 'proxy_http', 'proxy_balancer'],
  ...['lbmethod_byrequests', 'socache_shmcb', 'ssl'],
];

/** Starts the real Apache with a site, for one test. */
export async function startApacheWith(
  test: TestContext,
  directory: string,
  site: string,
  port: number,
): Promise<void> {
  const errors = join(directory, 'error.log');
  const lines = [
    `ServerRoot ${directory}`,
    `DefaultRuntimeDir ${directory}`,
    `PidFile ${directory}/apache.pid`,
    `ErrorLog ${errors}`,
    'ServerName localhost',
    `Listen 127.0.0.1:${port}`,
    ...(process.getuid?.() === 0 ? ['User nobody', 'Group nogroup'] : []),
    'StartServers 1',
    ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    `Include ${directory}/site.conf`,
  ];
  writeFileSync(join(directory, 'site.conf'), site);
  writeFileSync(join(directory, 'apache.conf'), `${lines.join('\n')}\n`);
  await startServer(
    test,
    apacheProgram,
    ['-f', join(directory, 'apache.conf'), '-DFOREGROUND'],
    port,
    errors,
  );
}

async function startServer(
  test: TestContext,
  program: string,
  words: readonly string[],
  port: number,
  errors: string,
): Promise<void> {
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  afterwards(test, async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
  });
  await until(async () => {
    if (child.exitCode !== null) throw new Error(said + readFileSync(errors, 'utf8'));
    return canConnect(port);
  }, `${program} accepts connections`);
}
