import { spawnSync } from 'node:child_process';

/** A program that the bench can use, and where Debian and Ubuntu have it. */
export interface Program {
  readonly name: string;
  readonly aptPackage: string;
  readonly version: readonly string[];
}

export const programs = {
  nginx: { name: 'nginx', aptPackage: 'nginx-light', version: ['-v'] },
  caddy: { name: 'caddy', aptPackage: 'caddy', version: ['version'] },
  haproxy: { name: 'haproxy', aptPackage: 'haproxy', version: ['-v'] },
  dockerRegistry: { name: 'docker-registry', aptPackage: 'docker-registry', version: ['--version'] },
  wrk: { name: 'wrk', aptPackage: 'wrk', version: ['-v'] },
  curl: { name: 'curl', aptPackage: 'curl', version: ['--version'] },
  htpasswd: { name: 'htpasswd', aptPackage: 'apache2-utils', version: [] },
  openssl: { name: 'openssl', aptPackage: 'openssl', version: ['version'] },
} as const satisfies Record<string, Program>;

const found = new Map<string, boolean>();

export function isInstalled({ name }: Program): boolean {
  let there = found.get(name);
  if (there === undefined) {
    there = spawnSync('sh', ['-c', 'command -v -- "$1"', 'sh', name], { stdio: 'ignore' }).status === 0;
    found.set(name, there);
  }
  return there;
}

/** What to say about a program that is not there. */
export function absence({ name, aptPackage }: Program): string {
  return `${name} is not installed: apt-get install ${aptPackage}`;
}

/** The first number with dots in what a program says of its version; undefined when it is not there. */
export function versionOf(program: Program): string | undefined {
  if (!isInstalled(program) || program.version.length === 0) return undefined;
  const { stdout, stderr } = spawnSync(program.name, program.version, { encoding: 'utf8' });
  return /\d+\.\d+[\w.+~-]*/.exec(`${stdout}\n${stderr}`)?.[0];
}
