import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import type { Configuration } from '../../../src/configuration/configuration.js';
import { importDockerRegistry } from '../../../src/configuration/docker-registry/import.js';
import { loadConfiguration } from '../../../src/configuration/load.js';
import { formatProblem } from '../../../src/configuration/problem.js';
import { temporaryDirectory } from '../../harness/directory.js';
import { SAMPLE } from './sample.js';

function importOf(text: string, flavour?: string, environment: Record<string, string> = {}) {
  const {
    text: made,
    problems,
    ...rest
  } = importDockerRegistry({
    text,
    file: 'config.yml',
    flavour,
    environment,
  });
  return { ...rest, made: made ?? '', problems: problems.map(formatProblem) };
}

/** What dockgate makes of the file that was made. */
async function loaded(t: TestContext, made: string): Promise<Configuration> {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'dockgate.yaml'), made);
  return loadConfiguration({ flags: {}, environment: {}, directory });
}

test('the development flavour of the sample becomes a configuration that loads', async (t) => {
  const { made, problems, flavour } = importOf(SAMPLE);
  assert.equal(flavour, 'dev');
  assert.deepEqual(problems, []);
  assert.deepEqual(parse(made), {
    data: '/var/docker-registry/registry',
    search: { enabled: true },
    greeting: '"our old registry"',
    v1: { index: 'built-in', endpoints: ['registry.example.com:8443', 'other.example.com'] },
    log: { level: 'debug' },
  });
  const configuration = await loaded(t, made);
  assert.equal(configuration.data, '/var/docker-registry/registry');
  assert.equal(configuration.v1.directory, '/var/docker-registry/registry');
  assert.equal(configuration.logLevel, 'debug');
});

test('every key of every flavour is told of, and no secret is', async (t) => {
  const flavours = parse(SAMPLE, { merge: true }) as Record<string, object>;
  const names = Object.keys(flavours);
  assert.ok(names.length >= 6);
  for (const flavour of names) {
    const { made, problems } = importOf(SAMPLE, flavour, { NEW_RELIC_LICENSE_KEY: 's3cret-new-relic' });
    for (const key of Object.keys(flavours[flavour] ?? {})) {
      assert.match(made, new RegExp(`\\b${key}\\b`), `${flavour}: ${key}`);
    }
    assert.match(made, /NEW_RELIC_LICENSE_KEY/);
    assert.doesNotMatch(made + problems.join('\n'), /s3cret/, flavour);
    assert.ok(made.split('\n').every((line) => line.length <= 130));
    await loaded(t, made);
  }
});

test('another flavour has what it merges, the first of several before the others', async (t) => {
  const { made, problems } = importOf(SAMPLE, 'prod');
  assert.deepEqual(problems, [
    'config.yml:70:5: "stroage_path" is not a setting that docker-registry had. It was left out.',
  ]);
  const { v1, data } = await loaded(t, made);
  assert.deepEqual(v1.index, { origin: 'https://index.example.com' });
  assert.match(data, /\/data$/, 'the storage was not local');
  assert.match(made, /images were not in a local directory/);
});

test('a flavour that merges nothing has the keys of common, as in old versions', async (t) => {
  const { made } = importOf(SAMPLE, 'alone');
  assert.match(made, /^# bugsnag: /m);
  const configuration = await loaded(t, made);
  assert.equal(configuration.v1.index, 'none');
  assert.equal(configuration.greeting, '"docker-registry server"');
  assert.equal(configuration.logLevel, 'info');
  assert.deepEqual(configuration.v1.endpoints, []);
});

test('values come from the environment and are YAML there', async (t) => {
  const { made } = importOf(SAMPLE, undefined, {
    LOGLEVEL: 'WARNING',
    STANDALONE: 'false',
    INDEX_ENDPOINT: 'http://index.example.com:5000/',
    STORAGE_PATH: '/srv/images',
    SEARCH_BACKEND: '',
  });
  const configuration = await loaded(t, made);
  assert.equal(configuration.logLevel, 'warn');
  assert.deepEqual(configuration.v1.index, { origin: 'http://index.example.com:5000' });
  assert.equal(configuration.data, '/srv/images');
  assert.equal(configuration.search, false);
  assert.equal(importOf(SAMPLE, undefined, { SETTINGS_FLAVOR: 's3' }).flavour, 's3');
  const broken = importOf(SAMPLE, undefined, { LOGLEVEL: '[s3cret' });
  assert.deepEqual(broken.problems.length, 1);
  assert.match(
    broken.problems[0] ?? '',
    /^config\.yml:\d+:5: What the environment holds for loglevel is no YAML/,
  );
});

test('the Docker Hub is no index for a registry of our own', () => {
  assert.match(importOf(SAMPLE, 'dev', { STANDALONE: 'false' }).made, /index: none/);
});

test('what cannot be read is told with its line', () => {
  const cases: readonly (readonly [text: string, message: RegExp])[] = [
    ['dev:\n  storage: local\n\tissue: x\n', /^config\.yml:3:1: A tab/],
    ['dev: [\n', /^config\.yml:\d+:\d+: /],
    ['prod:\n  storage: local\n', /no flavour "dev"\. It has: prod\./],
    ['', /no flavour "dev"\. It has none\./],
    ['- a\n', /no flavour "dev"/],
    [`${'['.repeat(100_000)}`, /nested too deeply|config\.yml:/],
    ['dev: &dev\n  <<: *nothing\n', /./],
  ];
  for (const [text, message] of cases) {
    const { made, problems } = importOf(text);
    if (made !== '') assert.match(made, /flavour dev/);
    else assert.match(problems[0] ?? '', message, text.slice(0, 40));
  }
});

test('a flavour that merges itself comes to an end', () => {
  const { made } = importOf('dev: &dev\n  <<: *dev\n  storage: local\n  storage_path: /srv\n');
  assert.match(made, /^data: \/srv$/m);
});

test('merges of merges are looked at once', () => {
  const levels = Array.from(
    { length: 30 },
    (_, at) => `l${at + 1}: &l${at + 1}\n  <<: [*l${at}, *l${at}, *l${at}]\n`,
  );
  const { made } = importOf(`l0: &l0\n  issue: deep\n${levels.join('')}`, 'l30');
  assert.match(made, /^greeting: deep$/m);
});

test('names and values that would end a comment stay in it', async (t) => {
  const { made, problems } = importOf(
    'dev:\n  "evil\\nlisten: 0.0.0.0:1": 1\n  "__proto__": x\n  storage_path: "/a\\nlisten: 0.0.0.0:1"\n',
  );
  assert.equal(problems.length, 2);
  const configuration = await loaded(t, made);
  assert.deepEqual(configuration.listen, [{ host: '0.0.0.0', port: 8443 }]);
});
