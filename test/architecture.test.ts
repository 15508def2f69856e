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
}

function imports(): Import[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(sources, file), 'utf8');
    return [...text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';/gms)].map(([, name = '']) => ({
      file,
      of: name.startsWith('.') ? normalize(join(dirname(file), name)) : name,
    }));
  });
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

/** Package to the folders that may know it. */
const KNOWN_BY: Record<string, readonly string[]> = {
  undici: ['upstream', 'remote'],
  'node:http': ['http', 'monitor'],
  'node:https': ['http'],
  '@node-rs/bcrypt': ['htpasswd'],
  'node-forge': ['tls'],
  jose: ['bearer'],
  yaml: ['configuration'],
  libsql: ['registry'],
  'xz-decompress': ['registry'],
  'prom-client': ['telemetry'],
};

test('every package is known in one folder only', () => {
  const broken = all
    .filter(({ file, of }) => KNOWN_BY[of] !== undefined && !KNOWN_BY[of].includes(folder(file)))
    .map(({ file, of }) => `${file} imports ${of}`);
  assert.deepEqual(broken, []);
});

test('the package depends on nothing that the sources do not import', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const imported = new Set(
    all.map(({ of }) => of).filter((name) => !name.endsWith('.js') && !name.startsWith('node:')),
  );
  assert.deepEqual([...imported].sort(), Object.keys(dependencies).sort());
});
