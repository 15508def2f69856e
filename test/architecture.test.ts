import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

const root = process.cwd();
const sources = join(root, 'src');

interface Import {
  readonly file: string;
  /** A path below src, or the name of a package. */
  readonly of: string;
  /** By `import()`, when it is needed. */
  readonly isLate: boolean;
}

function imports(): Import[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(sources, file), 'utf8');
    const found = [
      ...text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';/gms),
      ...text.matchAll(/\bimport\(\s*'([^']+)'/g),
    ];
    return found.map(([whole, name = '']) => ({
      file,
      of: name.startsWith('.') ? normalize(join(dirname(file), name)) : packageOf(name),
      isLate: whole.startsWith('import('),
    }));
  });
}

/** The package of a name such as `@sentry/core/server`. */
function packageOf(name: string): string {
  if (name.startsWith('node:')) return name;
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

const all = imports();
const folder = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : path);

/** Folder of src to what it may import of the others. */
const ALLOWED: Record<string, RegExp> = {
  'index.ts': /./,
  'gateway.ts': /^(?!cli\/)/,
  gateway: /^(?!cli\/)/,
  'backend.ts': /^(?!cli\/|gateway)/,
  cli: /./,
  http: /^(?:configuration|exchange|identity|access|routing|telemetry)\//,
  exchange: /^routing\/target/,
  identity: /^exchange\//,
  access: /^(?:configuration|exchange|routing)\//,
  routing: /^exchange\/failure/,
  bearer: /^(?:configuration|exchange|identity)\//,
  robots: /^(?:access\/pattern|configuration|exchange|htpasswd|identity)/,
  upstream: /^(?:configuration|exchange|http)\//,
  remote: /^registry\/model\//,
  registry: /^(?:exchange|routing\/target)/,
  telemetry: /^configuration\//,
  sites: /^configuration\//,
  monitor: /^configuration\//,
  trust:
    /^(?:configuration\/(?:problem|values\/endpoint)|exchange\/|tls\/(?:certificate-chain|directory|pair-problem|pem|stored-file))/,
  supervisor: /^(?:configuration|identity\/guard-|telemetry)/,
  tls: /^configuration\/(?:access|configuration|problem)/,
  htpasswd: /^$/,
  service: /^configuration\//,
  configuration: /^$/,
};

test('every folder imports only what lies below it', () => {
  assert.ok(all.length > 100, 'the imports were not found');
  const broken = all
    .filter(({ of }) => of.endsWith('.js'))
    .filter(({ file, of }) => folder(file) !== folder(of) && !(ALLOWED[folder(file)] ?? /^$/).test(of))
    .map(({ file, of }) => `${file} imports ${of}`);
  assert.deepEqual(broken, []);
});

/** Package to the folders, or parts of folders, that may know it. */
const KNOWN_BY: Record<string, readonly string[]> = {
  undici: ['upstream', 'remote', 'telemetry/outlet.ts'],
  'node:http': ['http', 'monitor'],
  'node:https': ['http'],
  '@node-rs/bcrypt': ['htpasswd'],
  'node-forge': ['tls'],
  jose: ['bearer'],
  yaml: ['configuration'],
  libsql: ['registry'],
  'xz-decompress': ['registry'],
  'prom-client': ['telemetry'],
  '@bugsnag/js': ['telemetry/crash/bugsnag.ts'],
  '@sentry/core': ['telemetry/crash/sentry.ts'],
};

test('every package is known in one folder only', () => {
  const broken = all
    .filter(({ file, of }) => KNOWN_BY[of]?.every((place) => place !== file && place !== folder(file)))
    .map(({ file, of }) => `${file} imports ${of}`);
  assert.deepEqual(broken, []);
});

const packages = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
};

function isPackage({ of }: Import): boolean {
  return !of.endsWith('.js') && !of.startsWith('node:');
}

test('the package depends on nothing that the sources do not import', () => {
  const imported = new Set(all.filter(isPackage).map(({ of }) => of));
  const { dependencies, peerDependencies } = packages;
  assert.deepEqual([...imported].sort(), Object.keys({ ...dependencies, ...peerDependencies }).sort());
});

test('packages that need not be installed are imported only when somebody wants them', () => {
  const { peerDependencies, peerDependenciesMeta } = packages;
  const optional = Object.keys(peerDependencies);
  assert.deepEqual(
    optional.filter((name) => peerDependenciesMeta[name]?.optional !== true),
    [],
  );
  const early = all.filter(({ of, isLate }) => optional.includes(of) && !isLate);
  assert.deepEqual(early, []);
});
