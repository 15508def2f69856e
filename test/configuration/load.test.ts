import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { loadConfiguration } from '../../src/configuration/load.js';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { fullFile } from './full-file.js';
import { inDirectory, load, problemsOf } from './workspace.js';

test('Without a file, a flag or a variable every setting has its default.', async () => {
  const { configuration, directory } = await load({});
  assert.deepEqual(configuration, {
    file: undefined,
    listen: [{ host: '0.0.0.0', port: 8443 }],
    hostnames: [],
    upstream: undefined,
    data: path.join(directory, 'data'),
    sparseImages: false,
    collection: { interval: 86_400_000, grace: 86_400_000, untagged: false, uploadTimeout: 604_800_000 },
    v1: {
      access: 'read-write',
      directory: path.join(directory, 'data'),
      index: 'built-in',
      endpoints: [],
      tokenLifetime: 43_200_000,
      registration: false,
    },
    search: true,
    greeting: '"docker-registry server"',
    htpasswd: path.join(directory, 'dockgate.htpasswd'),
    realm: 'dockgate',
    certs: path.join(directory, 'certs'),
    pairs: [],
    keyType: 'ecdsa',
    trustedProxies: [],
    timeouts: {
      headers: 60_000,
      idle: 60_000,
      keepAlive: 75_000,
      connect: 10_000,
      firstByte: 900_000,
      grace: 3_600_000,
    },
    minimumRate: 500,
    logLevel: 'info',
    access: { rules: [], groups: undefined },
    auth: {
      mode: 'auto',
      service: 'dockgate',
      services: [],
      issuer: 'dockgate',
      algorithm: 'ES256',
      tokenLifetime: 21_600_000,
      refreshLifetime: 2_592_000_000,
      keyRotation: 7_776_000_000,
      tokenServer: undefined,
      issuers: [],
      robots: path.join(directory, 'dockgate.tokens'),
    },
    clientCertificates: undefined,
    hsts: 86_400_000,
    insecureHttp: false,
    audit: undefined,
    log: { file: undefined, access: { file: undefined, format: 'json', pings: 1 } },
    workers: undefined,
    control: path.join(directory, 'dockgate.sock'),
    monitor: [],
    otlp: undefined,
    crashReports: undefined,
    cors: undefined,
    servesAuthority: false,
  });
});

for (const yaml of ['', '\n', '# nothing yet\n', '---\n', '{}', '\ufeff', 'timeouts:\n#  idle: 5s\n']) {
  test(`The file ${JSON.stringify(yaml)} means all defaults.`, async () => {
    const [withFile, without] = [await load({ yaml }), await load({})];
    assert.deepEqual(withFile.configuration.timeouts, without.configuration.timeouts);
    assert.deepEqual(withFile.configuration.listen, without.configuration.listen);
  });
}

test('A full file is read as it was meant.', async () => {
  const { configuration, directory } = await load({ yaml: fullFile });
  const at = (file: string) => path.join(directory, file);
  assert.deepEqual(configuration, {
    file: at('dockgate.yaml'),
    listen: [
      { host: '0.0.0.0', port: 8443 },
      { host: '::1', port: 9443 },
      { host: '0.0.0.0', port: 0 },
      { host: '0.0.0.0', port: 0 },
      { host: 'registry.local', port: 7443 },
    ],
    hostnames: ['registry.example.com', '192.0.2.7', '2001:db8::7'],
    upstream: {
      servers: [
        { origin: 'https://registry.internal:5000', socketPath: undefined, weight: 1, backup: false },
      ],
      maximumFailures: 1,
      failTimeout: 10_000,
      ca: at('authorities/internal.pem'),
      passAuthorization: true,
      tokens: false,
      connections: 32,
    },
    data: '/var/lib/registry',
    sparseImages: true,
    collection: {
      interval: Number.POSITIVE_INFINITY,
      grace: 3_600_000,
      untagged: true,
      uploadTimeout: 86_400_000,
    },
    v1: {
      access: 'read-write',
      directory: '/var/lib/registry',
      index: 'built-in',
      endpoints: ['registry.example.com:8443'],
      tokenLifetime: 3_600_000,
      registration: false,
    },
    search: false,
    greeting: 'hello',
    htpasswd: at('passwords'),
    realm: 'Our registry',
    certs: at('made'),
    pairs: [
      { certificate: at('own/one.pem'), key: at('own/one.key') },
      { certificate: at('own/two.pem'), key: at('own/two.key') },
    ],
    keyType: 'rsa',
    trustedProxies: ['10.0.0.0/8', '::1'],
    timeouts: {
      headers: 5000,
      idle: 60_000,
      keepAlive: 90_000,
      connect: 500,
      firstByte: 5_400_000,
      grace: 0,
    },
    minimumRate: 2048,
    logLevel: 'debug',
    access: { rules: [], groups: at('teams') },
    auth: {
      mode: 'bearer',
      service: 'registry.example.com',
      services: ['other registry', 'third'],
      issuer: 'us',
      algorithm: 'EdDSA',
      tokenLifetime: 3_600_000,
      refreshLifetime: 5_184_000_000,
      keyRotation: 31_536_000_000,
      tokenServer: 'https://auth.example.com/token',
      issuers: [
        { issuer: 'them', keys: 'https://them.example/jwks.json', service: 'here' },
        { issuer: 'others', keys: at('others.pem'), service: 'there' },
      ],
      robots: at('robots'),
    },
    clientCertificates: {
      authority: at('clients.pem'),
      required: true,
      name: 'email',
      revocations: at('revoked.pem'),
    },
    hsts: 31_536_000_000,
    insecureHttp: false,
    audit: at('audit.log'),
    log: {
      file: at('gate.log'),
      access: { file: at('access.log'), format: 'combined', pings: 100 },
    },
    workers: { count: 4, maximumRequests: 1000 },
    control: at('run/gate.sock'),
    monitor: [
      { host: '127.0.0.1', port: 9100 },
      { host: '::1', port: 9100 },
    ],
    otlp: {
      endpoint: 'https://collector.example.com/otlp',
      headers: [{ text: 'api-key=secret' }, { file: at('otlp.header') }],
      traces: false,
      metrics: false,
      sample: 0.1,
      interval: 30_000,
      service: 'front door',
    },
    crashReports: {
      bugsnag: { text: '0123456789abcdef0123456789abcdef' },
      bugsnagEndpoint: 'https://bugsnag.example.com',
      sentry: { file: at('sentry.dsn') },
      stage: 'staging',
    },
    cors: {
      origins: ['https://ui.example.com'],
      methods: ['GET'],
      headers: ['Authorization'],
      exposedHeaders: ['Link'],
      credentials: true,
      maxAge: 3_600_000,
      vary: false,
    },
    servesAuthority: false,
  });
});

test('Paths in the file are relative to the file, all others to the working directory.', async () => {
  await inDirectory({}, async (directory) => {
    await mkdir(path.join(directory, 'etc'));
    await writeFile(path.join(directory, 'etc/gate.yaml'), 'data: store\nhtpasswd: ../passwords\n');
    const configuration = await loadConfiguration({
      flags: { config: 'etc/gate.yaml', cert: ['a.pem'], key: ['a.key'] },
      environment: { DOCKGATE_CERTS: 'made' },
      directory,
    });
    assert.equal(configuration.data, path.join(directory, 'etc/store'));
    assert.equal(configuration.htpasswd, path.join(directory, 'passwords'));
    assert.equal(configuration.certs, path.join(directory, 'made'));
    assert.deepEqual(configuration.pairs, [
      { certificate: path.join(directory, 'a.pem'), key: path.join(directory, 'a.key') },
    ]);
  });
});

test('--config beats DOCKGATE_CONFIG, which beats ./dockgate.yaml.', async () => {
  await inDirectory({ yaml: 'realm: default file\n' }, async (directory) => {
    await writeFile(path.join(directory, 'flag.yaml'), 'realm: flag file\n');
    await writeFile(path.join(directory, 'variable.yaml'), 'realm: variable file\n');
    const realm = async (config: string | undefined, variable: string | undefined) => {
      const flags = config === undefined ? {} : { config };
      return (await loadConfiguration({ flags, environment: { DOCKGATE_CONFIG: variable }, directory }))
        .realm;
    };
    assert.equal(await realm('flag.yaml', 'variable.yaml'), 'flag file');
    assert.equal(await realm(undefined, 'variable.yaml'), 'variable file');
    assert.equal(await realm(undefined, undefined), 'default file');
    assert.equal(await realm(undefined, ''), 'default file');
  });
});

test('A file that cannot be read gets a sentence with its path and who named it.', async () => {
  assert.deepEqual(await problemsOf({ flags: { config: 'etc/none.yaml' } }), [
    'etc/none.yaml: The configuration file (named by --config) does not exist.',
  ]);
  assert.deepEqual(await problemsOf({ environment: { DOCKGATE_CONFIG: 'none.yaml' } }), [
    'none.yaml: The configuration file (named by DOCKGATE_CONFIG) does not exist.',
  ]);
  assert.deepEqual(await problemsOf({ flags: { config: '.' } }), [
    '.: The configuration file (named by --config) is a directory.',
  ]);
  assert.deepEqual(await problemsOf({ flags: { config: '' } }), [
    '--config must name a file, not an empty text.',
  ]);
  assert.deepEqual(await problemsOf({ flags: { config: '/dev/zero' } }), [
    '/dev/zero: The configuration file (named by --config) is larger than 8 MiB: it must be another file.',
  ]);
});

const isRoot = process.getuid?.() === 0;
const skip = isRoot
  ? 'The superuser may read every file; run the tests as another user to see this one.'
  : false;

test('A file that this user may not read gets a sentence.', { skip }, async () => {
  await inDirectory({ yaml: 'realm: secret\n' }, async (directory) => {
    await chmod(path.join(directory, 'dockgate.yaml'), 0);
    await assert.rejects(loadConfiguration({ flags: {}, environment: {}, directory }), {
      message: 'dockgate.yaml: The configuration file may not be read by this user.',
    });
  });
});

test('All problems of all sources come together, the file from top to bottom.', async () => {
  const situation = {
    yaml: 'realm: 5\nlisten: nowhere\nlog: { level: loud }\n',
    flags: { grace: 'soon', cert: ['a.pem'] },
    environment: { DOCKGATE_TIMEOUTS_IDLE: 'never' },
  };
  assert.deepEqual(await problemsOf(situation), [
    '--cert needs a key beside it: set --key too.',
    'DOCKGATE_TIMEOUTS_IDLE must be a duration such as 500ms, 30s, 5m or 1h, not "never".',
    '--grace must be a duration such as 500ms, 30s, 5m or 1h, not "soon".',
    "dockgate.yaml:1:8: realm must be text. Put it in quotes: '5'.",
    'dockgate.yaml:2:9: listen must have a port: "nowhere:8443".',
    'dockgate.yaml:3:15: log.level must be one of trace, debug, info, warn, error, fatal, silent, not "loud".',
  ]);
  await assert.rejects(
    load(situation),
    (error) => error instanceof ConfigurationError && error.problems.length === 6,
  );
});

test('A broken line in the file is reported although a flag beats it.', async () => {
  assert.deepEqual(
    await problemsOf({ yaml: 'upstream: ftp://there\n', flags: { upstream: 'http://there' } }),
    [
      'dockgate.yaml:1:11: upstream must be http://HOST:PORT, https://HOST:PORT or http+unix:/PATH, not "ftp://...".',
    ],
  );
});
