import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Digest } from '../../../src/registry/model/digest.js';
import { readReferences } from '../../../src/registry/upkeep/references.js';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha512:${'b'.repeat(128)}`;
const C = `sha256:${'c'.repeat(64)}`;

function read(manifest: unknown): { blobs: string[]; children: string[]; subject?: string } | undefined {
  const references = readReferences(Buffer.from(JSON.stringify(manifest)));
  if (references === undefined) return undefined;
  const { blobs, children, subject } = references;
  const texts = (digests: readonly Digest[]): string[] => digests.map(String);
  return {
    blobs: texts(blobs),
    children: texts(children),
    ...(subject === undefined ? {} : { subject: String(subject) }),
  };
}

test('everything that a manifest names is found, foreign layers too', () => {
  const foreign = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
  const layers = [{ digest: B }, { digest: C, mediaType: foreign, urls: ['https://elsewhere.example'] }];
  assert.deepEqual(read({ config: { digest: A }, layers, subject: { digest: C } }), {
    blobs: [A, B, C],
    children: [],
    subject: C,
  });
  assert.deepEqual(read({ manifests: [{ digest: A }, { digest: B }] }), { blobs: [], children: [A, B] });
  assert.deepEqual(read({ blobs: [{ digest: A }], subject: null }), { blobs: [A], children: [] });
  assert.deepEqual(read({ schemaVersion: 1, fsLayers: [{ blobSum: A }] }), { blobs: [A], children: [] });
});

test('what cannot be stored here is passed over', () => {
  assert.deepEqual(read({ layers: [{ digest: 'blake3:abcdef' }, { digest: A }] }), {
    blobs: [A],
    children: [],
  });
  assert.deepEqual(read({ mediaType: 'application/vnd.oci.image.index.v1+json' }), {
    blobs: [],
    children: [],
  });
});

test('what may name more than is understood is not understood', () => {
  const odd = [
    [],
    'text',
    null,
    {},
    { mediaType: 'application/vnd.example.new+json', parts: [{ digest: A }] },
    { mediaType: 1, layers: [] },
    { layers: {} },
    { layers: [A] },
    { layers: [{}] },
    { config: A },
    { config: { digest: `sha256:${'A'.repeat(64)}` } },
    { config: { digest: 'sha256:short' } },
    { subject: 'none' },
    { manifests: [null] },
    { fsLayers: [{ digest: A }] },
  ];
  for (const manifest of odd) assert.equal(read(manifest), undefined, JSON.stringify(manifest));
  assert.equal(readReferences(Buffer.from('{"layers":')), undefined);
  assert.equal(readReferences(Buffer.from('[['.repeat(5000))), undefined);
});
