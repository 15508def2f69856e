import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CheckContext, Findings } from './findings.js';

const OTHERS_READ = 0o004;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** Looks who may read secrets, and who may change what dockgate believes. */
export async function checkModes({ configuration }: CheckContext, found: Findings): Promise<void> {
  if (process.platform === 'win32') return;
  const { file, htpasswd, access, auth, certs, pairs, clientCertificates, data, upstream } = configuration;
  const made = pairs.length === 0 ? await secretsIn(certs) : [];
  const trusted = [
    ...[file, htpasswd, access.groups, auth.robots, certs, upstream?.ca],
    ...[clientCertificates?.authority, clientCertificates?.revocations],
    ...(upstream === undefined ? [data] : []),
    ...pairs.flatMap(({ certificate, key }) => [certificate, key]),
    ...made,
  ];
  for (const each of new Set(trusted)) {
    if (each !== undefined && (await isOpen(each, OTHERS_WRITE)))
      found.trouble({ file: each }, 'every account of this machine can change this. `chmod o-w` it.');
  }
  if (await isOpen(htpasswd, OTHERS_READ))
    found.notice(
      { file: htpasswd },
      'every account of this machine can read these password hashes, and try passwords on them. `chmod o-r` it.',
    );
  for (const each of made) {
    if (await isOpen(each, OTHERS_READ))
      found.notice({ file: each }, 'every account of this machine can read this secret. `chmod 600` it.');
  }
}

async function isOpen(file: string, bit: number): Promise<boolean> {
  const state = await stat(file).catch(() => undefined);
  if (state === undefined || (state.mode & bit) === 0) return false;
  if (bit === OTHERS_READ) return state.isFile();
  // In a directory such as /tmp nobody can touch what belongs to somebody else.
  return !state.isDirectory() || (state.mode & STICKY) === 0;
}

/** Keys of dockgate's own, in the directory of its certificates. */
async function secretsIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !/\.(?:crt|csr|pem|md)$/.test(entry.name))
    .map((entry) => path.join(directory, entry.name));
}
