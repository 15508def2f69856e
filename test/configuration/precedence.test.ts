import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { Configuration } from '../../src/configuration/configuration.js';
import { allSettings } from '../../src/configuration/settings.js';
import { formatUpstreamServer } from '../../src/configuration/values/upstream-server.js';
import { operationRows } from './operation-rows.js';
import type { Row } from './precedence-row.js';
import { load } from './workspace.js';

const own = (file: string, directory: string) => path.relative(directory, file);
const time = (
  name: keyof Configuration['timeouts'],
): Pick<Row, 'yaml' | 'environment' | 'read' | 'values'> => ({
  yaml: `timeouts: { ${name}: 11s }`,
  environment: '12s',
  read: ({ timeouts }) => timeouts[name],
  values: { file: 11_000, environment: 12_000, flag: 13_000 },
});

/** One row for every setting of the table, by its path. */
const rows: Readonly<Record<string, Row>> = {
  ...operationRows,
  listen: {
    yaml: 'listen: [a:1, b:1]',
    environment: 'c:2, d:2',
    flag: { listen: ['e:3', 'f:3'] },
    read: ({ listen }) => listen.map(({ host }) => host).join(),
    values: { file: 'a,b', environment: 'c,d', flag: 'e,f' },
  },
  hostname: {
    yaml: 'hostname: [a, b]',
    environment: 'c,d',
    flag: { hostname: ['e', 'f'] },
    read: ({ hostnames }) => hostnames.join(),
    values: { file: 'a,b', environment: 'c,d', flag: 'e,f' },
  },
  'upstream.url': {
    yaml: 'upstream: http://a',
    environment: 'http://b',
    flag: { upstream: 'http://c' },
    read: ({ upstream }) => upstream?.servers[0]?.origin,
    values: { file: 'http://a', environment: 'http://b', flag: 'http://c' },
  },
  'upstream.servers': {
    yaml: 'upstream: { servers: [http://a, http://b weight=2] }',
    environment: 'http://c, http://d weight=3 backup',
    read: ({ upstream }) => upstream?.servers.map(formatUpstreamServer).join(),
    values: { file: 'http://a,http://b weight=2', environment: 'http://c,http://d weight=3 backup' },
  },
  'upstream.maxFails': {
    yaml: 'upstream: { servers: [http://a, http://b], maxFails: 2 }',
    environment: '0',
    read: ({ upstream }) => upstream?.maximumFailures,
    values: { file: 2, environment: 0 },
  },
  'upstream.failTimeout': {
    yaml: 'upstream: { servers: [http://a, http://b], failTimeout: 2s }',
    environment: '3s',
    read: ({ upstream }) => upstream?.failTimeout,
    values: { file: 2000, environment: 3000 },
  },
  'upstream.ca': {
    yaml: 'upstream: { url: https://a, ca: one }',
    environment: 'two',
    read: ({ upstream }, directory) => own(upstream?.ca ?? '', directory),
    values: { file: 'one', environment: 'two' },
  },
  'upstream.passAuthorization': {
    yaml: 'upstream: { url: http://a, passAuthorization: true }',
    environment: 'false',
    read: ({ upstream }) => upstream?.passAuthorization,
    values: { file: true, environment: false },
  },
  'upstream.tokens': {
    yaml: 'upstream: { url: http://a, tokens: true }',
    environment: 'false',
    read: ({ upstream }) => upstream?.tokens,
    values: { file: true, environment: false },
  },
  'upstream.connections': {
    yaml: 'upstream: { url: http://a, connections: 1 }',
    environment: '2',
    read: ({ upstream }) => upstream?.connections,
    values: { file: 1, environment: 2 },
  },
  data: {
    yaml: 'data: one',
    environment: 'two',
    flag: { data: 'three' },
    read: ({ data }, directory) => own(data, directory),
    values: { file: 'one', environment: 'two', flag: 'three' },
  },
  'registry.sparseImages': {
    yaml: 'registry: { sparseImages: true }',
    environment: 'false',
    read: ({ sparseImages }) => sparseImages,
    values: { file: true, environment: false },
  },
  'gc.interval': {
    yaml: 'gc: { interval: 11s }',
    environment: 'never',
    read: ({ collection }) => collection.interval,
    values: { file: 11_000, environment: Number.POSITIVE_INFINITY },
  },
  'gc.grace': {
    yaml: 'gc: { grace: 11m }',
    environment: '5m',
    read: ({ collection }) => collection.grace,
    values: { file: 660_000, environment: 300_000 },
  },
  'gc.untagged': {
    yaml: 'gc: { untagged: true }',
    environment: 'false',
    read: ({ collection }) => collection.untagged,
    values: { file: true, environment: false },
  },
  'uploads.timeout': {
    yaml: 'uploads: { timeout: 11h }',
    environment: '12h',
    read: ({ collection }) => collection.uploadTimeout,
    values: { file: 39_600_000, environment: 43_200_000 },
  },
  'v1.access': {
    yaml: 'v1: { access: read-only }',
    environment: 'off',
    read: ({ v1 }) => v1.access,
    values: { file: 'read-only', environment: 'off' },
  },
  'v1.directory': {
    yaml: 'v1: { directory: one }',
    environment: 'two',
    read: ({ v1 }, directory) => own(v1.directory, directory),
    values: { file: 'one', environment: 'two' },
  },
  'v1.index': {
    yaml: 'v1: { index: none }',
    environment: 'https://index.example/',
    read: ({ v1 }) => v1.index,
    values: { file: 'none', environment: { origin: 'https://index.example' } },
  },
  'v1.endpoints': {
    yaml: 'v1: { endpoints: [a, "b:1"] }',
    environment: 'c:2,[::1]:3',
    read: ({ v1 }) => v1.endpoints.join(),
    values: { file: 'a,b:1', environment: 'c:2,[::1]:3' },
  },
  'v1.tokenLifetime': {
    yaml: 'v1: { tokenLifetime: 2m }',
    environment: '3m',
    read: ({ v1 }) => v1.tokenLifetime,
    values: { file: 120_000, environment: 180_000 },
  },
  'v1.registration': {
    yaml: 'v1: { registration: true }',
    environment: 'false',
    read: ({ v1 }) => v1.registration,
    values: { file: true, environment: false },
  },
  'search.enabled': {
    yaml: 'search: { enabled: false }',
    environment: 'true',
    read: ({ search }) => search,
    values: { file: false, environment: true },
  },
  greeting: {
    yaml: 'greeting: one',
    environment: '"two"',
    read: ({ greeting }) => greeting,
    values: { file: 'one', environment: '"two"' },
  },
  htpasswd: {
    yaml: 'htpasswd: one',
    environment: 'two',
    flag: { htpasswd: 'three' },
    read: ({ htpasswd }, directory) => own(htpasswd, directory),
    values: { file: 'one', environment: 'two', flag: 'three' },
  },
  realm: {
    yaml: 'realm: one',
    environment: 'two',
    read: ({ realm }) => realm,
    values: { file: 'one', environment: 'two' },
  },
  certs: {
    yaml: 'certs: one',
    environment: 'two',
    flag: { certs: 'three' },
    read: ({ certs }, directory) => own(certs, directory),
    values: { file: 'one', environment: 'two', flag: 'three' },
  },
  'tls.keyType': {
    yaml: 'tls: { keyType: rsa }',
    environment: 'ecdsa',
    read: ({ keyType }) => keyType,
    values: { file: 'rsa', environment: 'ecdsa' },
  },
  trustedProxies: {
    yaml: 'trustedProxies: [10.0.0.1, 10.0.0.2]',
    environment: '10.1.0.0/16,::1',
    read: ({ trustedProxies }) => trustedProxies.join(),
    values: { file: '10.0.0.1,10.0.0.2', environment: '10.1.0.0/16,::1' },
  },
  'timeouts.headers': time('headers'),
  'timeouts.idle': time('idle'),
  'timeouts.keepAlive': time('keepAlive'),
  'timeouts.connect': time('connect'),
  'timeouts.firstByte': time('firstByte'),
  'timeouts.grace': { ...time('grace'), flag: { grace: '13s' } },
  minimumRate: {
    yaml: 'minimumRate: 1k',
    environment: '2k',
    read: ({ minimumRate }) => minimumRate,
    values: { file: 1000, environment: 2000 },
  },
  'log.level': {
    yaml: 'log: { level: warn }',
    environment: 'error',
    flag: { logLevel: 'fatal' },
    read: ({ logLevel }) => logLevel,
    values: { file: 'warn', environment: 'error', flag: 'fatal' },
  },
  'access.groups': {
    yaml: 'access: { groups: one }',
    environment: 'two',
    read: ({ access }, directory) => own(access.groups ?? '', directory),
    values: { file: 'one', environment: 'two' },
  },
  'auth.mode': {
    yaml: 'auth: { mode: basic }',
    environment: 'bearer',
    read: ({ auth }) => auth.mode,
    values: { file: 'basic', environment: 'bearer' },
  },
  'auth.service': {
    yaml: 'auth: { service: one }',
    environment: 'two',
    read: ({ auth }) => auth.service,
    values: { file: 'one', environment: 'two' },
  },
  'auth.issuer': {
    yaml: 'auth: { issuer: one }',
    environment: 'two',
    read: ({ auth }) => auth.issuer,
    values: { file: 'one', environment: 'two' },
  },
  'auth.algorithm': {
    yaml: 'auth: { algorithm: EdDSA }',
    environment: 'ES256',
    read: ({ auth }) => auth.algorithm,
    values: { file: 'EdDSA', environment: 'ES256' },
  },
  'auth.tokenLifetime': {
    yaml: 'auth: { tokenLifetime: 2h }',
    environment: '3h',
    read: ({ auth }) => auth.tokenLifetime,
    values: { file: 7_200_000, environment: 10_800_000 },
  },
  'auth.refreshLifetime': {
    yaml: 'auth: { refreshLifetime: 40d }',
    environment: '41d',
    read: ({ auth }) => auth.refreshLifetime,
    values: { file: 3_456_000_000, environment: 3_542_400_000 },
  },
  'auth.keyRotation': {
    yaml: 'auth: { keyRotation: 40d }',
    environment: '41d',
    read: ({ auth }) => auth.keyRotation,
    values: { file: 3_456_000_000, environment: 3_542_400_000 },
  },
  'auth.tokenServer': {
    yaml: 'auth: { tokenServer: https://a/token }',
    environment: 'http://b/t',
    read: ({ auth }) => auth.tokenServer,
    values: { file: 'https://a/token', environment: 'http://b/t' },
  },
  'auth.services': {
    yaml: 'auth: { services: [a, b] }',
    environment: 'c,d',
    read: ({ auth }) => auth.services.join(),
    values: { file: 'a,b', environment: 'c,d' },
  },
  'auth.robots': {
    yaml: 'auth: { robots: one }',
    environment: 'two',
    read: ({ auth }, directory) => own(auth.robots, directory),
    values: { file: 'one', environment: 'two' },
  },
  'tls.clientCa': {
    yaml: 'tls: { clientCa: one }',
    environment: 'two',
    read: ({ clientCertificates }, directory) => own(clientCertificates?.authority ?? '', directory),
    values: { file: 'one', environment: 'two' },
  },
  'tls.clientAuth': {
    yaml: 'tls: { clientCa: one, clientAuth: required }',
    environment: 'optional',
    read: ({ clientCertificates }) => clientCertificates?.required,
    values: { file: true, environment: false },
  },
  'tls.clientName': {
    yaml: 'tls: { clientCa: one, clientName: dns }',
    environment: 'uri',
    read: ({ clientCertificates }) => clientCertificates?.name,
    values: { file: 'dns', environment: 'uri' },
  },
  'tls.clientCrl': {
    yaml: 'tls: { clientCa: one, clientCrl: one }',
    environment: 'two',
    read: ({ clientCertificates }, directory) => own(clientCertificates?.revocations ?? '', directory),
    values: { file: 'one', environment: 'two' },
  },
  'tls.hsts': {
    yaml: 'tls: { hsts: 2h }',
    environment: '0',
    read: ({ hsts }) => hsts,
    values: { file: 7_200_000, environment: 0 },
  },
  insecureHttp: {
    yaml: 'insecureHttp: true',
    environment: 'false',
    flag: { insecureHttp: true },
    read: ({ insecureHttp }) => insecureHttp,
    values: { file: true, environment: false, flag: true },
  },
  'audit.file': {
    yaml: 'audit: { file: one }',
    environment: 'two',
    read: ({ audit }, directory) => own(audit ?? '', directory),
    values: { file: 'one', environment: 'two' },
  },
};

for (const setting of allSettings.filter(({ path: name }) => !name.includes('[]'))) {
  test(`For ${setting.path} the flag beats the environment, which beats the file, which beats the default.`, async () => {
    const row = rows[setting.path];
    assert.ok(row, 'every setting needs a row in the table of this test');
    assert.equal(
      row.flag === undefined,
      setting.flag === undefined,
      'the row has a flag when the setting has one',
    );
    const { yaml, values } = row;
    const environment = { [setting.environment]: row.environment };
    const read = async (situation: Parameters<typeof load>[0]) => {
      const { configuration, directory } = await load(situation);
      return row.read(configuration, directory);
    };
    assert.deepEqual(await read({ yaml }), values.file);
    assert.deepEqual(await read({ yaml, environment }), values.environment);
    assert.deepEqual(await read({ yaml, environment: { [setting.environment]: '' } }), values.file);
    if (row.flag !== undefined) {
      assert.deepEqual(await read({ yaml, environment, flags: row.flag }), values.flag);
      assert.deepEqual(await read({ flags: row.flag }), values.flag);
    }
  });
}

test('Pairs of the flags beat those of the environment, which beat those of the file.', async () => {
  const yaml = 'tls: { pairs: [{ certificate: a, key: b }, { certificate: c, key: d }] }';
  const environment = { DOCKGATE_CERT: 'e, f', DOCKGATE_KEY: 'g,h' };
  const flags = { cert: ['i', 'j'], key: ['k', 'l'] };
  const pairs = async (situation: Parameters<typeof load>[0]) => {
    const { configuration, directory } = await load(situation);
    return configuration.pairs.map(
      ({ certificate, key }) => `${own(certificate, directory)}+${own(key, directory)}`,
    );
  };
  assert.deepEqual(await pairs({ yaml }), ['a+b', 'c+d']);
  assert.deepEqual(await pairs({ yaml, environment }), ['e+g', 'f+h']);
  assert.deepEqual(await pairs({ yaml, environment, flags }), ['i+k', 'j+l']);
});

test('Issuers of the environment beat those of the file.', async () => {
  const yaml =
    'auth: { issuers: [{ issuer: a, keys: b, service: c }, { issuer: d, keys: "https://e/f", service: g }] }';
  const environment = {
    DOCKGATE_AUTH_ISSUERS_ISSUER: 'h,i',
    DOCKGATE_AUTH_ISSUERS_KEYS: 'j, http://k',
    DOCKGATE_AUTH_ISSUERS_SERVICE: 'l,m',
  };
  const issuers = async (situation: Parameters<typeof load>[0]) => {
    const { configuration, directory } = await load(situation);
    return configuration.auth.issuers.map(({ issuer, keys, service }) =>
      [issuer, keys.startsWith('/') ? own(keys, directory) : keys, service].join('+'),
    );
  };
  assert.deepEqual(await issuers({ yaml }), ['a+b+c', 'd+https://e/f+g']);
  assert.deepEqual(await issuers({ yaml, environment }), ['h+j+l', 'i+http://k+m']);
});
