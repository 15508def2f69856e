import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaTypeOf, parseManifest } from '../../../src/registry/model/manifest.js';
import { digestOf, imageManifest } from '../fixture.js';

function bytesOf(value: unknown): Buffer {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}

test('an image names its config and those layers that must be there', () => {
  const subject = { mediaType: 'application/x', digest: digestOf('subject'), size: 5 };
  const bytes = bytesOf(imageManifest(digestOf('config'), [digestOf('one'), digestOf('two')], { subject }));
  const manifest = parseManifest(bytes, 'application/vnd.oci.image.manifest.v1+json');
  assert.equal(manifest.bytes, bytes);
  assert.deepEqual(
    manifest.blobs.map(({ digest }) => String(digest)),
    [digestOf('config'), digestOf('one'), digestOf('two')],
  );
  assert.equal(String(manifest.subject?.digest), digestOf('subject'));
  assert.deepEqual(manifest.children, []);
});

test('an index names its children', () => {
  const child = { mediaType: 'application/x', digest: digestOf('child', 'sha512'), size: 5 };
  const manifest = parseManifest(bytesOf({ schemaVersion: 2, manifests: [child] }), '');
  assert.equal(manifest.mediaType, 'application/vnd.oci.image.index.v1+json');
  assert.equal(String(manifest.children[0]?.digest), child.digest);
});

test('a kind of manifest that is not known is kept when it says what it is', () => {
  const mediaType = 'application/vnd.oci.artifact.manifest.v1+json';
  const blobs = [{ mediaType: 'application/x', digest: digestOf('blob'), size: 4 }];
  const manifest = parseManifest(bytesOf({ mediaType, blobs }), mediaType);
  assert.equal(manifest.mediaType, mediaType);
  assert.equal(manifest.blobs.length, 1);
});

test('a descriptor that is wrong is named in the sentence', () => {
  const image = JSON.parse(imageManifest(digestOf('config'), [digestOf('one')]));
  const cases: [object, RegExp][] = [
    [{ size: -1 }, /layers\[0\] has no valid size/],
    [{ size: 1.5 }, /size/],
    [{ size: '1' }, /size/],
    [{ digest: 'sha256:../../x' }, /layers\[0\] has a digest that is neither/],
    [{ digest: 7 }, /no digest/],
    [{ mediaType: '' }, /no mediaType/],
  ];
  for (const [change, message] of cases) {
    const layers = [{ ...image.layers[0], ...change }];
    assert.throws(() => parseManifest(bytesOf({ ...image, layers }), ''), {
      code: 'MANIFEST_INVALID',
      message,
    });
  }
});

test('what an object inherits is not taken for a field', () => {
  const text = '{"schemaVersion":2,"__proto__":{"manifests":[]},"constructor":{}}';
  assert.throws(() => parseManifest(bytesOf(text), ''), { code: 'MANIFEST_INVALID' });
  assert.equal(Object.hasOwn(Object.prototype, 'manifests'), false);
});

test('stored bytes are served under a type that no browser takes for a page', () => {
  assert.equal(
    mediaTypeOf(bytesOf({ mediaType: 'text/html' })),
    'application/vnd.oci.image.manifest.v1+json',
  );
  assert.equal(mediaTypeOf(bytesOf('no json')), 'application/vnd.oci.image.manifest.v1+json');
  assert.match(mediaTypeOf(bytesOf({ schemaVersion: 1, fsLayers: [] })), /v1\+prettyjws$/);
});

test('a text that would keep the parser busy is refused unread', () => {
  const bombs = [
    `{"x":[${'{},'.repeat(100_001)}{}]}`,
    `{"x":[${Array.from({ length: 26 }, () => `{${Array.from({ length: 10_000 }, (_, index) => `"${index}":1`).join(',')}}`).join(',')}]}`,
    `{"x":{${Array.from({ length: 10_001 }, (_, index) => `"${index}":1`).join(',')}}}`,
    `{"x":[${'1,'.repeat(300_001)}1]}`,
    `{"x":${'['.repeat(129)}${']'.repeat(129)}}`,
  ];
  for (const bomb of bombs) {
    assert.throws(() => parseManifest(bytesOf(bomb), ''), {
      code: 'MANIFEST_INVALID',
      message: /too many parts/,
    });
  }
});

test('an index full of children is none of these', () => {
  const child = { mediaType: 'application/x', digest: digestOf('child'), size: 5, platform: { os: 'linux' } };
  const index = { schemaVersion: 2, manifests: Array.from({ length: 25_000 }, () => child) };
  assert.equal(parseManifest(bytesOf(index), '').children.length, 25_000);
});
