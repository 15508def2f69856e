import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../fixture.js';
import { Asker, jsonOf, nextOf, refusal } from './asker.js';

const registry = new Asker();

test('D1: DELETE of a tag answers 202, and it is gone at once', async () => {
  await registry.put(await registry.image('one'), 'v1');
  assert.equal((await registry.ask('DELETE', '/v2/app/manifests/v1')).status, 202);
  assert.equal(refusal(await registry.get('/v2/app/manifests/v1')), '404 MANIFEST_UNKNOWN');
  assert.equal(refusal(await registry.ask('DELETE', '/v2/app/manifests/v1')), '404 MANIFEST_UNKNOWN');
});

test('D2: DELETE of a manifest answers 202, and it is gone at once', async () => {
  const manifest = await registry.image('one');
  for (const digest of [digestOf(manifest), digestOf(manifest, 'sha512')]) {
    await registry.put(manifest, digest);
    assert.equal((await registry.ask('DELETE', `/v2/app/manifests/${digest}`)).status, 202);
    assert.equal(refusal(await registry.get(`/v2/app/manifests/${digest}`)), '404 MANIFEST_UNKNOWN');
    assert.equal((await registry.ask('DELETE', `/v2/app/manifests/${digest}`)).status, 404);
  }
  const elsewhere = await registry.ask('DELETE', `/v2/nobody/manifests/${digestOf(manifest)}`);
  assert.equal(refusal(elsewhere), '404 NAME_UNKNOWN');
});

test('D3: a manifest takes its tags along, a tag leaves its manifest', async () => {
  const manifest = await registry.image('one');
  for (const tag of ['v1', 'v2', 'v3']) await registry.put(manifest, tag);
  await registry.put(await registry.image('two'), 'other');
  await registry.ask('DELETE', '/v2/app/manifests/v1');
  assert.equal((await registry.get(`/v2/app/manifests/${digestOf(manifest)}`)).status, 200);
  await registry.ask('DELETE', `/v2/app/manifests/${digestOf(manifest)}`);
  assert.equal((await registry.get('/v2/app/manifests/v2')).status, 404);
  assert.deepEqual(jsonOf(await registry.get('/v2/app/tags/list'))['tags'], ['other']);
});

test('D4: DELETE of a blob answers 202, and it is gone at once', async () => {
  const digest = await registry.blob('layer');
  assert.equal((await registry.ask('DELETE', `/v2/app/blobs/${digest}`)).status, 202);
  for (const method of ['GET', 'HEAD', 'DELETE']) {
    assert.equal(refusal(await registry.ask(method, `/v2/app/blobs/${digest}`)), '404 BLOB_UNKNOWN');
  }
});

test('D5: the extensions are listed, each with its endpoints', async () => {
  const reply = await registry.get('/v2/_oci/ext/discover');
  assert.equal(reply.headers['content-type'], 'application/json');
  const extensions = jsonOf(reply)['extensions'] as Record<string, unknown>[];
  assert.ok(extensions.some(({ name }) => name === '_oci'));
  for (const { name, url, endpoints } of extensions) {
    assert.match(String(name), /^_/);
    assert.match(String(url), /^https:/);
    assert.ok(Array.isArray(endpoints) && endpoints.length > 0);
  }
  assert.equal((await registry.ask('POST', '/v2/_oci/ext/discover')).status, 405);
});

test('D6: the catalog lists the repositories in pages', async () => {
  for (const name of ['b', 'a', 'c/d']) await registry.pushed('one', {}, name);
  const first = await registry.get('/v2/_catalog?n=2');
  assert.deepEqual(jsonOf(first), { repositories: ['a', 'b'] });
  const second = await registry.get(nextOf(first) ?? '');
  assert.deepEqual([jsonOf(second), second.headers['link']], [{ repositories: ['c/d'] }, undefined]);
  assert.deepEqual(jsonOf(await registry.get('/v2/_catalog?n=0')), { repositories: [] });
});

test('D7: ns is passed over, since nothing is fetched for anybody', async () => {
  await registry.put(await registry.image('one'), 'v1');
  const reply = await registry.get('/v2/app/manifests/v1?ns=registry.example');
  assert.deepEqual([reply.status, reply.headers['oci-namespace']], [200, undefined]);
});
