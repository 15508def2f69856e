import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { loadConfiguration } from '../../src/configuration/load.js';
import { allSettings } from '../../src/configuration/settings.js';
import { temporaryDirectory } from '../harness/directory.js';
import { list, map, object, oneOf, text, truth, whole } from './shape.js';

const root = process.cwd();
const dockerfile = await readFile(join(root, 'deploy/Dockerfile'), 'utf8');

const span = text(/^(?:\d+h)?(?:\d+m)?(?:\d+s)?$/);
const size = text(/^\d+(?:b|k|m|g)$/);

/** The parts of the compose specification that the file uses, strictly. */
const composeFile = object({
  name: text(/^[a-z0-9][a-z0-9_-]*$/),
  services: map(
    /^[a-zA-Z0-9._-]+$/,
    object({
      image: text(/^[a-z0-9./:_-]+$/),
      build: object({ context: text(), dockerfile: text() }),
      command: list(text()),
      user: text(/^\d+:\d+$/),
      read_only: truth,
      cap_drop: list(text(/^[A-Z_]+$/)),
      security_opt: list(text()),
      tmpfs: list(text(/^\/[^:]+:[a-z]+=[^,]+(?:,[a-z]+=[^,]+)*$/)),
      ports: list(text(/^(?:[\d.]+:)?\d+:\d+(?:\/tcp)?$/)),
      volumes: list(text(/^[^:]+:\/[^:]+(?::ro|:rw)?$/)),
      healthcheck: object({
        test: list(text()),
        interval: span,
        timeout: span,
        start_period: span,
        retries: whole(1),
      }),
      stop_grace_period: span,
      restart: oneOf('no', 'always', 'on-failure', 'unless-stopped'),
      logging: object({ driver: text(), options: object({ 'max-size': size, 'max-file': text(/^\d+$/) }) }),
    }),
  ),
  volumes: map(/^[a-z]+$/, oneOf(null)),
});

const document = parseDocument(await readFile(join(root, 'deploy/compose.yaml'), 'utf8'));
const compose = document.toJS();
const service = compose.services?.dockgate;

test('The compose file has fields of the specification, and no others.', () => {
  assert.deepEqual([...document.errors, ...document.warnings], []);
  assert.deepEqual(composeFile(compose, 'compose.yaml'), []);
  const misspelt = { ...compose, services: { dockgate: { ...service, cap_dorp: ['ALL'] } } };
  assert.deepEqual(composeFile(misspelt, ''), ['.services.dockgate.cap_dorp is unknown']);
});

test('The container of the compose file has no rights, and writes to its volume alone.', () => {
  assert.equal(service.read_only, true);
  assert.deepEqual(service.cap_drop, ['ALL']);
  assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
  const [data, configuration] = service.volumes;
  assert.equal(data, 'data:/data');
  assert.ok('data' in compose.volumes);
  assert.match(configuration, /:\/etc\/dockgate:ro$/);
});

test('The configuration for the container is one that dockgate takes, and it may finish in the time it has.', async (t) => {
  const file = join(temporaryDirectory(t), 'dockgate.yaml');
  await writeFile(file, await readFile(join(root, 'deploy/dockgate.example.yaml'), 'utf8'));
  const configuration = await loadConfiguration({
    flags: { config: file },
    environment: imageVariables(),
    directory: '/data',
  });
  const [outside = ''] = service.ports;
  assert.equal(configuration.listen[0]?.port, Number(outside.split(':')[1]));
  assert.ok(configuration.htpasswd.startsWith('/data/'));
  const minutes = Number(service.stop_grace_period.replace('m', ''));
  assert.ok(minutes * 60_000 > configuration.timeouts.grace + 30_000);
});

test('Compose and image run as the same number, which is not root, and check their health alike.', () => {
  const user = /^USER (\d+:\d+)$/m.exec(dockerfile)?.[1];
  assert.equal(user, service.user);
  assert.doesNotMatch(user ?? '', /^0:/);
  const health = /^HEALTHCHECK[^[]*(\[.*\])$/ms.exec(dockerfile)?.[1]?.split('\n')[0] ?? '[]';
  assert.deepEqual(['CMD', ...(JSON.parse(health) as string[])], service.healthcheck.test);
  assert.equal(imageVariables()['DOCKGATE_MONITOR_LISTEN'], '127.0.0.1:9090');
  assert.ok(health.includes('http://127.0.0.1:9090/readyz'));
});

test('The image has one pinned base for all stages, and takes from the project what it needs.', async () => {
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  assert.deepEqual([...new Set(bases)], ['$' + '{BASE}']);
  assert.match(dockerfile, /^ARG BASE=docker\.io\/library\/node:\d+-[a-z]+-slim$/m);
  for (const line of ['STOPSIGNAL SIGTERM', 'VOLUME ["/data", "/etc/dockgate"]', 'RUN npm ci --omit=dev'])
    assert.ok(dockerfile.includes(line), line);
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
    files.split(' '),
  );
  const context = (await readFile(join(root, '.dockerignore'), 'utf8')).split('\n');
  assert.ok(context.includes('*'), 'nothing gets into the context by accident');
  const allowed = context.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  assert.deepEqual([...new Set(copied)].sort(), allowed.sort());
});

/** What the image sets; each is a setting of dockgate, and none is one that Kubernetes sets itself. */
function imageVariables(): Record<string, string> {
  const block = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile)?.[1] ?? '';
  const variables = Object.fromEntries(
    [...block.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  );
  const known = new Set(allSettings.map(({ environment }) => environment));
  for (const name of Object.keys(variables).filter((each) => each.startsWith('DOCKGATE_'))) {
    assert.ok(known.has(name), name);
    assert.doesNotMatch(name, /^DOCKGATE_(?:SERVICE|PORT)/);
  }
  return variables as Record<string, string>;
}
