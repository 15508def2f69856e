import assert from 'node:assert/strict';
import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { makeOldRegistry } from '../../harness/old-registry.js';

import { oldAndBridged, openBridged, tell } from './bridged-registry.js';

/** The engine's images of which only the list of ancestors is gone can be put together again. */
const SALVAGED = new Set(['no ancestry']);

test('a damaged image is told of with the reason, and its neighbours are pulled', async (t) => {
  const { old, registry } = await oldAndBridged(t, { damage: true });
  let damaged = 0;
  let whole = 0;
  for (const { path, successor, tags } of old.repositories) {
    for (const [tag, id] of successor === undefined ? [] : tags) {
      const reply = await tell(registry.handler, 'GET', `/v2/${successor}/manifests/${tag}`);
      const image = old.images.get(id);
      const isLost = image === undefined || (old.lost.has(id) && !SALVAGED.has(image.name));
      assert.equal(reply.status, isLost ? 404 : 200, `${path}:${tag} ${reply.code}`);
      if (!isLost) {
        whole += 1;
        continue;
      }
      damaged += 1;
      assert.equal(reply.code, 'MANIFEST_UNKNOWN');
      assert.match(reply.message, /cannot be pulled: the v1 image [0-9a-f]+ \w+/, `${path}:${tag}`);
    }
  }
  assert.ok(damaged >= 8, `only ${damaged} were damaged`);
  assert.ok(whole >= 10, `only ${whole} were whole`);
});

test('a damaged layer is read once, and again as soon as its file is another', async (t) => {
  const directory = memoryDirectory(t);
  const old = await makeOldRegistry(directory, { damage: false });
  const image = old.image('team-a/database', 'latest');
  const layer = join(directory, 'images', image.id, 'layer');
  const whole = Buffer.from(image.layer);
  await writeFile(layer, whole.subarray(0, whole.length - 40));
  const registry = await openBridged(directory);
  const first = await tell(registry.handler, 'GET', '/v2/team-a/database/manifests/latest');
  assert.equal(first.status, 404);
  const again = await tell(registry.handler, 'GET', '/v2/team-a/database/manifests/latest');
  assert.equal(again.message, first.message);
  await writeFile(`${layer}-next`, whole);
  await rename(`${layer}-next`, layer);
  const repaired = await tell(registry.handler, 'GET', '/v2/team-a/database/manifests/latest');
  assert.equal(repaired.status, 200);
});

const BASE = '5'.repeat(64);
const TOP = '6'.repeat(64);

/** Writes an image whose json is whatever one likes. */
async function write(directory: string, id: string, json: string | Buffer, ancestry: unknown): Promise<void> {
  const folder = join(directory, 'images', id);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'json'), json);
  await writeFile(join(folder, 'ancestry'), JSON.stringify(ancestry));
  await writeFile(join(folder, 'layer'), Buffer.alloc(1024));
}

const BAD: readonly (readonly [string, (directory: string) => Promise<void>])[] = [
  ['a json that is a list', (directory) => write(directory, TOP, '[]', [TOP])],
  ['a json that is no JSON', (directory) => write(directory, TOP, '{"id":', [TOP])],
  ['a json that is no UTF-8', (directory) => write(directory, TOP, Buffer.from([0x7b, 0xff]), [TOP])],
  ['a json of brackets', (directory) => write(directory, TOP, '['.repeat(100_000), [TOP])],
  ['an id of another type', (directory) => write(directory, TOP, '{"id":7}', [TOP])],
  [
    'an ancestry of 10,000',
    (directory) =>
      write(directory, TOP, JSON.stringify({ id: TOP, parent: BASE }), [
        TOP,
        ...Array.from({ length: 10_000 }, (_, index) => index.toString(16).padStart(64, '0')),
      ]),
  ],
  [
    'a parent that is itself',
    (directory) => write(directory, TOP, JSON.stringify({ id: TOP, parent: TOP }), [TOP, TOP]),
  ],
  [
    'a parent that is not there',
    (directory) => write(directory, TOP, JSON.stringify({ id: TOP, parent: BASE }), [TOP, BASE]),
  ],
  [
    'a directory in the place of its layer',
    async (directory) => {
      await write(directory, TOP, JSON.stringify({ id: TOP }), [TOP]);
      const layer = join(directory, 'images', TOP, 'layer');
      await rm(layer);
      await mkdir(layer);
    },
  ],
];

for (const [what, make] of BAD) {
  test(`an image with ${what} is refused in a sentence`, async (t) => {
    const directory = memoryDirectory(t);
    await make(directory);
    const tags = join(directory, 'repositories', 'library', 'bad');
    await mkdir(tags, { recursive: true });
    await writeFile(join(tags, 'tag_latest'), TOP);
    const registry = await openBridged(directory);
    const reply = await tell(registry.handler, 'GET', '/v2/bad/manifests/latest');
    assert.equal(reply.status, 404);
    assert.match(reply.message, /cannot be pulled: the v1 image/);
  });
}

test('fields of wrong types are left out, so that clients take the image', async (t) => {
  const directory = memoryDirectory(t);
  const json = `{"id":"${TOP}","created":"yesterday","OS":"plan9","architecture":7,"author":null,
    "config":{"Env":"A=1","cmd":"run","Memory":18446744073709551615,"Labels":{"a":1},"User":"me","__proto__":{"x":1}},
    "container_config":[1],"throwaway":"no"}`;
  await write(directory, TOP, json, [TOP]);
  const tags = join(directory, 'repositories', 'library', 'odd');
  await mkdir(tags, { recursive: true });
  await writeFile(join(tags, 'tag_latest'), TOP);
  const registry = await openBridged(directory);
  const reply = await tell(registry.handler, 'GET', '/v2/odd/manifests/latest');
  assert.equal(reply.status, 200, reply.message);
  const manifest = JSON.parse(reply.text) as { config: { digest: string }; layers: unknown[] };
  assert.equal(manifest.layers.length, 1);
  const config = await tell(registry.handler, 'GET', `/v2/odd/blobs/${manifest.config.digest}`);
  assert.equal(
    config.text,
    '{"architecture":"amd64","config":{"Cmd":["run"],"Memory":18446744073709551615,"User":"me","__proto__":{"x":1}},' +
      '"created":"0001-01-01T00:00:00Z","history":[{"created":"0001-01-01T00:00:00Z"}],"os":"plan9",' +
      '"rootfs":{"diff_ids":["sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"],"type":"layers"}}',
  );
});

test('a layer that is replaced by another is made anew', async (t) => {
  const directory = memoryDirectory(t);
  await write(directory, TOP, JSON.stringify({ id: TOP }), [TOP]);
  const tags = join(directory, 'repositories', 'library', 'one');
  await mkdir(tags, { recursive: true });
  await writeFile(join(tags, 'tag_latest'), TOP);
  const before = await tell((await openBridged(directory)).handler, 'GET', '/v2/one/manifests/latest');
  const layer = join(directory, 'images', TOP, 'layer');
  await writeFile(`${layer}-next`, Buffer.alloc(10_240));
  await utimes(`${layer}-next`, 1, 1);
  await rename(`${layer}-next`, layer);
  const after = await tell((await openBridged(directory)).handler, 'GET', '/v2/one/manifests/latest');
  assert.equal(after.status, 200);
  assert.notEqual(after.text, before.text);
});
