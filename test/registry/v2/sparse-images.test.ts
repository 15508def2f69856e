import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../fixture.js';
import { Asker, OCI_MANIFEST, refusal } from './checklist/asker.js';

const registry = new Asker({ sparseImages: true });
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

function layer(content: string, size = content.length): object {
  return { mediaType: LAYER, digest: digestOf(content), size };
}

test('An image is taken without its layers where the configuration allows it.', async () => {
  const image = await registry.image('one', { layers: [layer('later'), layer('elsewhere')] });
  assert.equal((await registry.put(image, 'v1')).status, 201);
  assert.equal((await registry.get('/v2/app/manifests/v1')).bytes.toString(), image);
  assert.equal(refusal(await registry.get(`/v2/app/blobs/${digestOf('later')}`)), '404 BLOB_UNKNOWN');
  await registry.blob('later');
  assert.equal((await registry.get(`/v2/app/blobs/${digestOf('later')}`)).bytes.toString(), 'later');
});

test('An image is taken without its config, and with more missing layers than a refusal would name.', async () => {
  const layers = Array.from({ length: 300 }, (_, index) => layer(`missing ${index}`));
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf('{ }'), size: 3 };
  const image = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers });
  assert.equal((await registry.put(image, 'v1')).status, 201);
});

test('A size that is wrong is refused all the same, behind any number of missing layers.', async () => {
  await registry.blob('here');
  const missing = Array.from({ length: 300 }, (_, index) => layer(`missing ${index}`));
  const image = await registry.image('one', { layers: [...missing, layer('here', 5)] });
  assert.equal(refusal(await registry.put(image, 'v1')), '400 MANIFEST_INVALID');
});
