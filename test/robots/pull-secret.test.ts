import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { dockerConfig, isKubernetesName, isRegistryHost, kubernetesSecret } from '../../src/robots/index.js';

const LOGIN = { registry: 'registry.example:5000', name: 'ci', secret: 'dgt_x' };
const AUTH = Buffer.from('ci:dgt_x').toString('base64');

test("a docker configuration holds the login under the registry's name", () => {
  assert.deepEqual(JSON.parse(dockerConfig(LOGIN)), { auths: { 'registry.example:5000': { auth: AUTH } } });
});

test('a secret for Kubernetes is what kubectl would make', () => {
  // `true` is a name in Kubernetes and something else in YAML.
  const secret = parse(kubernetesSecret(LOGIN, { name: 'true', namespace: '123' }));
  assert.deepEqual(Object.keys(secret), ['apiVersion', 'kind', 'metadata', 'type', 'data']);
  assert.deepEqual(secret.metadata, { name: 'true', namespace: '123' });
  assert.equal(secret.type, 'kubernetes.io/dockerconfigjson');
  const config = JSON.parse(Buffer.from(secret.data['.dockerconfigjson'], 'base64').toString());
  assert.deepEqual(config.auths['registry.example:5000'], { username: 'ci', password: 'dgt_x', auth: AUTH });
  assert.equal(
    parse(kubernetesSecret(LOGIN, { name: 'a', namespace: undefined })).metadata.namespace,
    undefined,
  );
});

test('a registry is a host and perhaps a port', () => {
  for (const good of ['localhost', 'registry.example', 'a:1', '127.0.0.1:5000', '[::1]:5000'])
    assert.ok(isRegistryHost(good), good);
  for (const bad of [
    '',
    'https://a',
    'a/b',
    'a:0',
    'a:65536',
    'a:b',
    ':1',
    '[a]',
    'a b',
    'a\n',
    '-a',
    'a..b',
  ]) {
    assert.ok(!isRegistryHost(bad), bad);
  }
});

test('names that Kubernetes refuses are refused here', () => {
  for (const good of ['a', 'pull-secret', 'a.b', '1e3']) assert.ok(isKubernetesName(good), good);
  for (const bad of ['', 'A', 'a_b', '-a', 'a.', 'a\nb', 'ä', 'a'.repeat(254)])
    assert.ok(!isKubernetesName(bad), bad);
});
