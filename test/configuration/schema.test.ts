// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what operators write in patterns
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { configurationSchema } from '../../src/configuration/schema.js';
import { generatedSchema, readPage, readSchema, withTable } from './published.js';
import { fits } from './schema-validator.js';
import { problemsOf } from './workspace.js';

const remedy = 'run `node build/test/configuration/publish.js` and commit what it writes';

test('The published schema is the one of the code.', async () => {
  assert.equal(await readSchema(), generatedSchema(), remedy);
});

test('The table of the documentation is the one of the code.', async () => {
  const page = await readPage();
  assert.equal(page, withTable(page), remedy);
});

test('Every example of the documentation fits the schema and loads.', async () => {
  const page = await readPage();
  const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
  assert.ok(examples.length >= 1);
  for (const yaml of examples) {
    assert.deepEqual(await problemsOf({ yaml }), [], yaml);
    assert.ok(fits(parse(yaml), configurationSchema()), yaml);
  }
});

const good = [
  '{}',
  'timeouts:',
  'listen: 8443',
  'listen: [":8443", "[::1]:1", "a.example:0", 65535]',
  'hostname: [a, a.example, 192.0.2.1, "2001:db8::1"]',
  'hostname: []',
  'upstream: http://localhost:5000/',
  'upstream: https://registry',
  'upstream: http+unix:/run/registry.sock',
  'upstream: http+unix://%2Frun%2Fregistry.sock',
  'upstream: { url: https://a, ca: ca.pem, passAuthorization: true, connections: 5 }',
  'data: ../there',
  'registry: { sparseImages: true }',
  'gc: { interval: never, grace: 10m, untagged: true }',
  'uploads: { timeout: 7d }',
  'v1: { access: off, directory: /var/docker-registry/registry }',
  'v1: { index: http://index:5000, endpoints: registry.example:443, tokenLifetime: 60 }',
  'v1: { registration: true }',
  'search: { enabled: false }',
  'greeting: \'"a registry"\'',
  "realm: 'a b!'",
  'tls: { keyType: rsa, pairs: [{ certificate: a, key: b }] }',
  'tls: { pairs: [] }',
  'trustedProxies: 10.0.0.0/8',
  'trustedProxies: ["::1", "fd00::/8"]',
  'timeouts: { headers: 1, idle: 0.5, keepAlive: 5m, connect: 500ms, firstByte: 1.5h, grace: 0 }',
  'minimumRate: 0',
  'minimumRate: 64KiB',
  'log: { level: silent }',
  'access: { groups: ./dockgate.groups }',
  'access: { rules: [] }',
  'access: { rules: [{ allow: pull, repositories: public/**, anonymous: true }] }',
  'access: { rules: [{ deny: all, networks: [10.0.0.0/8] }, { allow: [catalog, search], users: "*" }] }',
  'access: { groups: g, rules: [{ allow: [pull, push], repositories: ["*/base", "${user}/**"], groups: [a, b] }] }',
  'auth: { mode: bearer, service: a b, services: [c, d], issuer: e, algorithm: EdDSA }',
  'auth: { tokenLifetime: 24d, refreshLifetime: 60d, keyRotation: 7776000, robots: r }',
  'auth: { tokenServer: "https://auth.example:8080/a/token" }',
  'auth: { issuers: [{ issuer: a, keys: https://a/jwks, service: b }, { issuer: c, keys: c.pem, service: b }] }',
  'auth: { issuers: [] }',
  'tls: { clientCa: a, clientAuth: required, clientName: uri, clientCrl: b, hsts: 0 }',
  'tls: { hsts: 365d }',
  'insecureHttp: true',
  'audit: { file: /var/log/dockgate/audit.log }',
  'upstream: { url: http://a, tokens: true }',
  'upstream: { servers: [http://a weight=5, http://b:5000, http+unix:/run/a.sock weight=2 backup], maxFails: 0, failTimeout: 1 }',
];

for (const yaml of good) {
  test(`The schema and the loader both accept ${JSON.stringify(yaml)}.`, async () => {
    assert.deepEqual(await problemsOf({ yaml }), []);
    assert.ok(fits(parse(yaml), configurationSchema()));
  });
}

const bad = [
  '[]',
  'text',
  'listn: 1',
  'listen:',
  'listen: []',
  'listen: 65536',
  'listen: -1',
  'listen: localhost',
  'listen: true',
  'listen: [[1]]',
  'hostname: a_b',
  'hostname: https://a',
  'upstream: localhost:5000',
  'upstream: http://user:secret@a',
  'upstream: http://a/v2',
  'upstream: http://a?b',
  'upstream: { uri: http://a }',
  'upstream: { url: http://a, passAuthorization: "true" }',
  'upstream: { url: http://a, connections: 0 }',
  'upstream: { servers: [http://a weight=0] }',
  'upstream: { servers: [http://a/v2 backup] }',
  'upstream: { servers: [http://a, http://b], maxFails: -1 }',
  'upstream: { servers: [http://a, http://b], failTimeout: 0 }',
  'data: 5',
  'data: ""',
  'data: ~/x',
  "realm: 'a\"b'",
  'realm:',
  'tls: { keyType: RSA }',
  'tls: { pairs: [{ certificate: a }] }',
  'tls: { pairs: [{ certificate: a, key: b, c: d }] }',
  'tls: { pairs: { certificate: a, key: b } }',
  'trustedProxies: proxy.example',
  'registry: { sparseImages: "true" }',
  'gc: { interval: always }',
  'gc: { grace: 60 }',
  'v1: { access: true }',
  'v1: { directory: "" }',
  'v1: { index: elsewhere }',
  'v1: { index: https://index/v1/ }',
  'v1: { endpoints: https://registry }',
  'v1: { endpoints: "registry,other" }',
  'v1: { tokenLifetime: 59 }',
  'v1: { registration: "yes" }',
  'search: false',
  'greeting: ""',
  'greeting: "a\\nb"',
  'timeouts: 5s',
  'timeouts: { idle: 0 }',
  'timeouts: { idle: -1 }',
  'timeouts: { idle: 5 s }',
  'timeouts: { grace: 9999999 }',
  'minimumRate: fast',
  'minimumRate: -1',
  'log: debug',
  'log: { level: INFO }',
  'access: { groups: 5 }',
  'access: { rules: {} }',
  'access: { rules: [{}] }',
  'access: { rules: [{ allow: pull, deny: push }] }',
  'access: { rules: [{ allow: read }] }',
  'access: { rules: [{ allow: [] }] }',
  'access: { rules: [{ allow: catalog, repositories: a }] }',
  'access: { rules: [{ allow: pull, repository: a }] }',
  'access: { rules: [{ allow: pull, repositories: "a**" }] }',
  'access: { rules: [{ allow: pull, repositories: /a }] }',
  'access: { rules: [{ allow: pull, users: "a:b" }] }',
  'access: { rules: [{ allow: pull, users: "a\\u202eb" }] }',
  'access: { rules: [{ allow: pull, anonymous: 1 }] }',
  'access: { rules: [{ allow: pull, networks: here }] }',
  'auth: { mode: token }',
  'auth: { algorithm: HS256 }',
  'auth: { service: "a\\nb" }',
  'auth: { tokenServer: auth.example/token }',
  'auth: { tokenServer: "https://user:secret@auth.example/token" }',
  'auth: { tokenServer: "https://auth.example/token?a=b" }',
  'auth: { issuers: [{ issuer: a, keys: b }] }',
  'auth: { issuers: [{ issuer: a, keys: "ftp://b", service: c }] }',
  'auth: { keyRotation: 60 }',
  'auth: { refreshLifetime: 999999999 }',
  'tls: { clientCa: a, clientAuth: always }',
  'tls: { hsts: -1 }',
  'insecureHttp: "true"',
  'audit: audit.log',
];

for (const yaml of bad) {
  test(`The schema and the loader both refuse ${JSON.stringify(yaml)}.`, async () => {
    assert.notDeepEqual(await problemsOf({ yaml }), []);
    assert.ok(!fits(parse(yaml), configurationSchema()));
  });
}
