import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../fixture.js';
import { Asker, OCI_MANIFEST, refusal } from './asker.js';

const registry = new Asker();
const MISSING = digestOf('missing');

test('P1: a manifest comes back byte for byte, by tag and by digest', async () => {
  const manifest = ` ${await registry.image('one')}\n\n`;
  await registry.put(manifest, 'v1');
  for (const reference of ['v1', digestOf(manifest)]) {
    const reply = await registry.get(`/v2/app/manifests/${reference}`);
    assert.deepEqual([reply.status, reply.bytes.toString()], [200, manifest]);
  }
});

test('P2: the Content-Type of a manifest is the one it was pushed with, without parameters', async () => {
  const body = await registry.image('one');
  const headers = { 'content-type': `${OCI_MANIFEST}; charset=utf-8` };
  await registry.ask('PUT', '/v2/app/manifests/v1', { body, headers });
  assert.equal((await registry.get('/v2/app/manifests/v1')).headers['content-type'], OCI_MANIFEST);
});

test('P3: manifests and blobs come with their digest, on GET and on HEAD', async () => {
  const manifest = await registry.pushed('one');
  const blob = await registry.blob('layer');
  for (const [target, digest] of [
    [`/v2/app/manifests/${manifest}`, manifest],
    [`/v2/app/blobs/${blob}`, blob],
  ] as const) {
    for (const method of ['GET', 'HEAD']) {
      assert.equal((await registry.ask(method, target)).headers['docker-content-digest'], digest);
    }
  }
});

test('P4: a manifest that is not there gets 404 MANIFEST_UNKNOWN', async () => {
  await registry.pushed('one');
  for (const reference of ['v1', MISSING, digestOf('missing', 'sha512')]) {
    assert.equal(refusal(await registry.get(`/v2/app/manifests/${reference}`)), '404 MANIFEST_UNKNOWN');
  }
});

test('P5: a blob comes back byte for byte, be it empty', async () => {
  for (const content of ['layer', '', '{}']) {
    const reply = await registry.get(`/v2/app/blobs/${await registry.blob(content)}`);
    assert.deepEqual([reply.status, reply.bytes.toString()], [200, content]);
  }
});

test('P6: a blob that is not there gets 404 BLOB_UNKNOWN', async () => {
  await registry.blob('layer');
  assert.equal(refusal(await registry.get(`/v2/app/blobs/${MISSING}`)), '404 BLOB_UNKNOWN');
});

test('P7: a range of a blob comes as 206, in every form, and one that is nowhere gets 416', async () => {
  const digest = await registry.blob('0123456789');
  const cases: [string, number, string | undefined, string][] = [
    ['bytes=2-4', 206, 'bytes 2-4/10', '234'],
    ['bytes=7-', 206, 'bytes 7-9/10', '789'],
    ['bytes=-3', 206, 'bytes 7-9/10', '789'],
    ['bytes=8-50', 206, 'bytes 8-9/10', '89'],
    ['Bytes=0-0', 206, 'bytes 0-0/10', '0'],
    ['bytes=4-2', 416, 'bytes */10', ''],
    ['bytes=10-20', 416, 'bytes */10', ''],
    ['bytes=0-1,4-5', 200, undefined, '0123456789'],
    ['pages=1-2', 200, undefined, '0123456789'],
  ];
  for (const [range, status, contentRange, content] of cases) {
    const reply = await registry.get(`/v2/app/blobs/${digest}`, { range });
    assert.equal(reply.status, status, range);
    assert.equal(reply.headers['content-range'], contentRange, range);
    assert.equal(reply.bytes.toString(), content, range);
  }
  for (const condition of ['"other"', `W/"${digest}"`, 'Tue, 01 Jan 2030 00:00:00 GMT']) {
    const headers = { range: 'bytes=2-4', 'if-range': condition };
    assert.equal((await registry.get(`/v2/app/blobs/${digest}`, headers)).status, 200, condition);
  }
});

test('P8: HEAD of what is there answers 200', async () => {
  await registry.put(await registry.image('one'), 'v1');
  for (const target of ['manifests/v1', `blobs/${await registry.blob('layer')}`]) {
    const reply = await registry.ask('HEAD', `/v2/app/${target}`);
    assert.equal(reply.status, 200);
  }
});

test('P9: HEAD says how long the content is', async () => {
  const manifest = await registry.image('one');
  await registry.put(manifest, 'v1');
  const head = await registry.ask('HEAD', '/v2/app/manifests/v1');
  assert.equal(head.headers['content-length'], manifest.length);
  const blob = await registry.ask('HEAD', `/v2/app/blobs/${await registry.blob('layer')}`);
  assert.equal(blob.headers['content-length'], 5);
});

test('P10: HEAD of what is not there answers 404', async () => {
  await registry.blob('layer');
  for (const target of ['manifests/v1', `manifests/${MISSING}`, `blobs/${MISSING}`]) {
    assert.equal((await registry.ask('HEAD', `/v2/app/${target}`)).status, 404);
  }
});

test('P11: a pull from an unknown repository gets 404 NAME_UNKNOWN', async () => {
  await registry.pushed('one');
  for (const target of ['manifests/v1', `manifests/${MISSING}`, `blobs/${MISSING}`]) {
    assert.equal(refusal(await registry.get(`/v2/nobody/${target}`)), '404 NAME_UNKNOWN');
  }
});
