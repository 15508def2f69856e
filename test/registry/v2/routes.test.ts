import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/exchange/failure.js';
import { parseRoute } from '../../../src/registry/v2/routes.js';

const HEX = 'a'.repeat(64);
const ID = '0b0d2a39-64a7-4f3e-9c40-95d3a2a4a1c8';

function shapeOf(path: string, isReading = false): string {
  const route = parseRoute(path, isReading);
  const parts = Object.entries(route).map(([, value]) => String(value));
  return parts.join(' ');
}

function refusal(path: string, isReading = false): string {
  try {
    return shapeOf(path, isReading);
  } catch (error) {
    assert.ok(error instanceof Failure);
    return `${error.status} ${error.code}`;
  }
}

test('every endpoint of the specification has its path', () => {
  assert.equal(shapeOf('/v2/'), 'base');
  assert.equal(shapeOf('/v2'), 'base');
  assert.equal(shapeOf('/v2/_catalog'), 'catalog');
  assert.equal(shapeOf('/v2/_oci/ext/discover'), 'extensions');
  assert.equal(shapeOf('/v2/a/b/tags/list'), 'tags a/b');
  assert.equal(shapeOf(`/v2/a/referrers/sha256:${HEX}`), `referrers a sha256:${HEX}`);
  assert.equal(shapeOf('/v2/a/manifests/v1.0'), 'manifest a v1.0');
  assert.equal(shapeOf(`/v2/a/manifests/sha256:${HEX}`), `manifest a sha256:${HEX}`);
  assert.equal(shapeOf(`/v2/a/b/c/blobs/sha256:${HEX}`), `blob a/b/c sha256:${HEX}`);
  assert.equal(shapeOf('/v2/a/blobs/uploads/'), 'uploads a');
  assert.equal(shapeOf('/v2/a/blobs/uploads'), 'uploads a');
  assert.equal(shapeOf(`/v2/a/blobs/uploads/${ID}`), `upload a ${ID}`);
});

test('a percent-encoded colon in a digest is understood', () => {
  assert.equal(shapeOf(`/v2/a/blobs/sha256%3A${HEX}`), `blob a sha256:${HEX}`);
  assert.equal(shapeOf(`/v2/a/manifests/sha256%3a${HEX}`), `manifest a sha256:${HEX}`);
});

test('names that hold the words of the endpoints are read from the end of the path', () => {
  assert.equal(shapeOf('/v2/blobs/uploads/manifests/list'), 'manifest blobs/uploads list');
  assert.equal(shapeOf('/v2/a/manifests/tags/list'), 'tags a/manifests');
  assert.equal(shapeOf('/v2/tags/list/blobs/uploads/'), 'uploads tags/list');
  assert.equal(shapeOf('/v2/a/tags/manifests/list'), 'manifest a/tags list');
});

test('a reader of a tag that cannot be one hears that it is not there', () => {
  assert.equal(refusal('/v2/a/manifests/.hidden', true), '404 MANIFEST_UNKNOWN');
  assert.equal(refusal('/v2/a/manifests/%2ehidden', true), '404 MANIFEST_UNKNOWN');
  assert.equal(refusal(`/v2/a/manifests/${'t'.repeat(129)}`, true), '404 MANIFEST_UNKNOWN');
  assert.equal(refusal('/v2/a/manifests/sha256:abc', true), '400 DIGEST_INVALID');
  assert.equal(shapeOf('/v2/a/manifests/v1.0', true), 'manifest a v1.0');
});

test('names, tags, digests and upload ids that cannot be are refused with their code', () => {
  assert.equal(refusal('/v2/A/tags/list'), '400 NAME_INVALID');
  assert.equal(refusal('/v2/_layers/tags/list'), '400 NAME_INVALID');
  assert.equal(refusal('/v2/a/%2e%2e/tags/list'), '400 NAME_INVALID');
  assert.equal(refusal('/v2/a%2fb/tags/list'), '400 NAME_INVALID');
  assert.equal(refusal('/v2/tags/list'), '400 NAME_INVALID');
  assert.equal(refusal('/v2/manifests/v1'), '400 NAME_INVALID');
  assert.equal(refusal('/manifests/v1'), '404 UNSUPPORTED');
  assert.equal(refusal(`/v2/${'a'.repeat(256)}/tags/list`), '400 NAME_INVALID');
  assert.equal(refusal('/v2/a/%ff/tags/list'), '400 NAME_INVALID');
  assert.equal(refusal('/v2/a/manifests/.hidden'), '400 MANIFEST_INVALID');
  assert.equal(refusal(`/v2/a/manifests/${'t'.repeat(129)}`), '400 MANIFEST_INVALID');
  assert.equal(refusal('/v2/a/manifests/sha256:abc'), '400 DIGEST_INVALID');
  assert.equal(refusal('/v2/a/referrers/latest'), '400 DIGEST_INVALID');
  assert.equal(refusal(`/v2/a/blobs/sha256:${HEX.toUpperCase()}`), '400 DIGEST_INVALID');
  assert.equal(refusal(`/v2/a/blobs/md5:${HEX}`), '400 DIGEST_INVALID');
  assert.equal(refusal('/v2/a/blobs/uploads/..'), '404 BLOB_UPLOAD_UNKNOWN');
  assert.equal(refusal(`/v2/a/blobs/uploads/${ID.toUpperCase()}`), '404 BLOB_UPLOAD_UNKNOWN');
});

test('everything else is not found', () => {
  for (const path of ['/', '/v1/_ping', '/v2/a', '/v2/a/', '/v2/a/tags', '/v2/_oci/ext/other', '/v2x/']) {
    assert.equal(refusal(path), '404 UNSUPPORTED');
  }
});
