import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Digest } from '../../../src/registry/model/digest.js';
import { createRegistry } from '../../../src/registry/registry.js';
import { verify } from '../../../src/registry/upkeep/verification.js';
import { seededRandom } from '../../harness/seeded-random.js';
import { pushImage } from '../fixture.js';
import {
  type Answer,
  type BridgedRegistry,
  imageId,
  oldAndBridged,
  openBridged,
  repository,
  tag,
  tell,
  v1Repository,
} from './bridged-registry.js';

const WEB = v1Repository('vinod1/web');

function manifest({ handler }: BridgedRegistry, name: string, reference: string): Promise<Answer> {
  return tell(handler, 'GET', `/v2/${name}/manifests/${reference}`);
}

test('a push through the v2 API takes the place of a v1 tag', async (t) => {
  const { registry } = await oldAndBridged(t);
  const old = await manifest(registry, 'vinod1/web', 'v1');
  const pushed = await pushImage(registry.handler, 'vinod1/web', 'v1');
  assert.equal(pushed.reply.status, 201);
  assert.equal(await registry.v1.tags.get(WEB, tag('v1')), undefined);
  assert.equal((await manifest(registry, 'vinod1/web', 'v1')).digest, pushed.digest);
  assert.notEqual(old.digest, pushed.digest);
  assert.equal((await manifest(registry, 'vinod1/web', old.digest)).status, 200);
});

test('a v1 tag that is written after a push through the v2 API takes its place', async (t) => {
  const { old, registry } = await oldAndBridged(t);
  const pushed = await pushImage(registry.handler, 'vinod1/web', 'next');
  assert.equal((await manifest(registry, 'vinod1/web', 'next')).digest, pushed.digest);
  await registry.v1.tags.put(WEB, tag('next'), imageId(old.image('vinod1/web', 'v1').id), '{}');
  const after = await manifest(registry, 'vinod1/web', 'next');
  assert.equal(after.digest, (await manifest(registry, 'vinod1/web', 'v1')).digest);
  await registry.v1.tags.put(WEB, tag('next'), imageId(old.image('vinod1/web', 'v2').id), '{}');
  const moved = await manifest(registry, 'vinod1/web', 'next');
  assert.equal(moved.digest, (await manifest(registry, 'vinod1/web', 'v2')).digest);
});

test('what was pushed while the v1 API was off is not taken back by the older v1 tag', async (t) => {
  const { registry } = await oldAndBridged(t);
  const { directory, raw, v1 } = registry;
  const file = join(directory, 'repositories', 'vinod1', 'web', 'tag_v1');
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(file, longAgo, longAgo);
  const pushed = await pushImage(createRegistry({ store: raw }), 'vinod1/web', 'v1');
  assert.equal(pushed.reply.status, 201);
  assert.ok(existsSync(file), 'nobody has taken the v1 tag away');
  const again = await openBridged(directory);
  assert.equal((await manifest(again, 'vinod1/web', 'v1')).digest, pushed.digest);
  assert.equal(await v1.tags.get(WEB, tag('v1')), undefined);
});

test('two processes that announce images at once lose none', async (t) => {
  const { registry } = await oldAndBridged(t);
  const other = await openBridged(registry.directory);
  const name = v1Repository('team-a/announced');
  const ids = Array.from({ length: 40 }, (_, index) => String(index).padStart(64, '0'));
  await Promise.all(
    ids.map((id, index) =>
      (index % 2 === 0 ? registry : other).bridge.v1.repositories.announce(name, [{ id }]),
    ),
  );
  const listed = await registry.bridge.v1.repositories.images(name);
  assert.deepEqual(listed?.map(({ id }) => id).sort(), ids);
});

test('a tag that is deleted through the v2 API is gone for both', async (t) => {
  const { registry } = await oldAndBridged(t);
  assert.equal((await manifest(registry, 'library/busybox', '1.0')).status, 200);
  assert.equal((await manifest(registry, 'busybox', '1.0')).status, 200);
  assert.equal((await tell(registry.handler, 'DELETE', '/v2/busybox/manifests/1.0')).status, 202);
  assert.equal(await registry.v1.tags.get(v1Repository('busybox'), tag('1.0')), undefined);
  assert.equal((await manifest(registry, 'busybox', '1.0')).status, 404);
  assert.equal((await manifest(registry, 'library/busybox', '1.0')).status, 404);
  assert.equal((await tell(registry.handler, 'DELETE', '/v2/busybox/manifests/1.0')).status, 404);
  // One that nobody has ever pulled through the v2 API.
  assert.equal((await tell(registry.handler, 'DELETE', '/v2/busybox/manifests/latest')).status, 202);
  assert.equal((await manifest(registry, 'busybox', 'latest')).status, 404);
});

test('a manifest that is deleted takes the v1 tags of its image along, and no others', async (t) => {
  const { registry } = await oldAndBridged(t);
  const { digest } = await manifest(registry, 'vinod1/web', 'latest');
  assert.equal((await tell(registry.handler, 'DELETE', `/v2/vinod1/web/manifests/${digest}`)).status, 202);
  assert.deepEqual([...((await registry.v1.tags.list(WEB)) ?? new Map()).keys()].sort(), ['base', 'v1']);
  for (const reference of ['latest', 'v2', digest])
    assert.equal((await manifest(registry, 'vinod1/web', reference)).status, 404);
  assert.equal((await manifest(registry, 'vinod1/web', 'v1')).status, 200);
});

test('what is pushed over or deleted under one name of a v1 repository goes under the other too', async (t) => {
  const { old, registry } = await oldAndBridged(t);
  const origin = v1Repository('busybox');
  const id = imageId(old.image('library/busybox', '1.0').id);
  for (const [name, other] of [
    ['busybox', 'library/busybox'],
    ['library/busybox', 'busybox'],
  ] as const) {
    for (const change of ['push', 'delete']) {
      await registry.v1.tags.put(origin, tag('same'), id, '{}');
      // Opened anew, it remembers nothing of what was made before, so that both names get their tags.
      const { handler, raw } = await openBridged(registry.directory);
      const { digest } = await tell(handler, 'GET', `/v2/${name}/manifests/same`);
      assert.equal((await tell(handler, 'GET', `/v2/${other}/manifests/same`)).digest, digest);
      if (change === 'push') assert.equal((await pushImage(handler, name, 'same')).reply.status, 201);
      else assert.equal((await tell(handler, 'DELETE', `/v2/${name}/manifests/${digest}`)).status, 202);
      assert.equal(await registry.v1.tags.get(origin, tag('same')), undefined);
      assert.equal(await raw.manifests.get(repository(other), tag('same')), undefined, `${change} ${name}`);
      assert.equal((await tell(handler, 'GET', `/v2/${other}/manifests/same`)).status, 404);
    }
  }
});

test('what a clean-up took away is made again', async (t) => {
  const { registry } = await oldAndBridged(t);
  const before = await manifest(registry, 'vinod1/web', 'v1');
  const digest = Digest.parse(before.digest);
  for (const reference of ['v1', before.digest]) {
    assert.ok(await registry.raw.manifests.remove(repository('vinod1/web'), digest));
    const { layers } = JSON.parse(before.text) as { layers: { digest: string }[] };
    for (const layer of layers)
      assert.ok(await registry.raw.blobs.remove(repository('vinod1/web'), Digest.parse(layer.digest)));
    const again = await manifest(registry, 'vinod1/web', reference);
    assert.deepEqual([again.status, again.text], [200, before.text]);
    for (const layer of layers) {
      const path = `/v2/vinod1/web/blobs/${layer.digest}`;
      assert.equal((await tell(registry.handler, 'HEAD', path)).status, 200);
    }
  }
});

test('a layer that was deleted through the v2 API comes back with the next pull', async (t) => {
  const { registry } = await oldAndBridged(t);
  const before = await manifest(registry, 'vinod1/web', 'v1');
  const { config, layers } = JSON.parse(before.text) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  const paths = [config, ...layers].map(({ digest }) => `/v2/vinod1/web/blobs/${digest}`);
  for (const path of paths) assert.equal((await tell(registry.handler, 'DELETE', path)).status, 202);
  const again = await openBridged(registry.directory);
  assert.equal((await manifest(again, 'vinod1/web', 'v1')).text, before.text);
  for (const path of paths) assert.equal((await tell(again.handler, 'HEAD', path)).status, 200);
});

test('bytes that changed in a layer under both its names are found by its checksum', async (t) => {
  const { old, registry } = await oldAndBridged(t);
  const image = old.image('library/busybox', 'latest');
  const before = await manifest(registry, 'busybox', 'latest');
  const file = `${registry.directory}/images/${image.id}/layer`;
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
  await writeFile(file, bytes);
  const layer = (JSON.parse(before.text) as { layers: { digest: string }[] }).layers[0]?.digest ?? '';
  const again = await openBridged(registry.directory);
  // The first pull finds it out: small content is checked before it leaves.
  assert.equal((await tell(again.handler, 'GET', `/v2/busybox/blobs/${layer}`)).status, 404);
  const fresh = await manifest(again, 'busybox', '1.0');
  assert.equal(fresh.status, 404);
  assert.match(fresh.message, /is not the one its stored checksum is of|has a layer that/);
});

test('damaged content in quarantine does not come back by its other name', async (t) => {
  const { old, registry } = await oldAndBridged(t);
  const image = old.image('library/busybox', 'latest');
  const before = await manifest(registry, 'busybox', 'latest');
  const layer = (JSON.parse(before.text) as { layers: { digest: string }[] }).layers[0]?.digest ?? '';
  const file = `${registry.directory}/images/${image.id}/layer`;
  const { atime, mtime } = await stat(file);
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
  await writeFile(file, bytes);
  // A disk that forgets leaves no trace of it.
  await utimes(file, atime, mtime);
  const { damaged } = await verify({ directory: registry.directory, quarantine: true });
  assert.deepEqual(
    damaged.map(({ digest }) => digest.toString()),
    [layer],
  );
  const again = await openBridged(registry.directory);
  assert.equal((await manifest(again, 'busybox', '1.0')).status, 404);
  await manifest(again, 'busybox', 'latest');
  assert.equal((await verify({ directory: registry.directory })).damaged.length, 0);
});

test('the derived files may be deleted at any time', async (t) => {
  const { registry } = await oldAndBridged(t);
  const before = await manifest(registry, 'vinod1/web', 'v1');
  const derived = `${registry.directory}/docker/registry/dockgate/v1`;
  assert.ok(existsSync(derived));
  await rm(derived, { recursive: true });
  const again = await openBridged(registry.directory);
  assert.equal((await manifest(again, 'vinod1/web', 'v1')).text, before.text);
  const origin = await again.bridge.origin(Digest.parse(before.digest));
  assert.ok(origin);
});

test('a manifest tells which image it was made from, and one that was pushed tells none', async (t) => {
  const { old, registry } = await oldAndBridged(t);
  const { digest } = await manifest(registry, 'vinod1/web', 'v1');
  const origin = await registry.bridge.origin(Digest.parse(digest));
  assert.equal(origin?.hex, old.image('vinod1/web', 'v1').id);
  const pushed = await pushImage(registry.handler, 'vinod1/web', 'pushed');
  assert.equal(await registry.bridge.origin(Digest.parse(pushed.digest)), undefined);
});

test('tags of both APIs are listed in one order, page by page', async (t) => {
  const { registry } = await oldAndBridged(t);
  for (const name of ['Alpha', 'beta', 'v1', 'zeta']) await pushImage(registry.handler, 'vinod1/web', name);
  const all = ['Alpha', 'base', 'beta', 'latest', 'v1', 'v2', 'zeta'];
  const { tags } = registry.bridge.stores;
  for (const limit of [1, 2, 3, 7, 100]) {
    const found: string[] = [];
    for (let more = true; more; ) {
      const after = found.at(-1);
      const page = after === undefined ? { limit } : { limit, after };
      const listing = await tags.list(repository('vinod1/web'), page);
      assert.ok(listing !== undefined && listing.names.length <= limit);
      found.push(...listing.names);
      more = listing.more;
    }
    assert.deepEqual(found, all);
  }
  assert.equal(await tags.list(repository('nobody/there'), { limit: 1 }), undefined);
});

test('repositories of both APIs are listed in one order, and come and go', async (t) => {
  const { registry } = await oldAndBridged(t);
  const { catalog } = registry.bridge.stores;
  const list = async (limit: number): Promise<string[]> => {
    const found: string[] = [];
    for (let more = true; more; ) {
      const after = found.at(-1);
      const listing = await catalog.list(after === undefined ? { limit } : { limit, after });
      found.push(...listing.names);
      more = listing.more;
    }
    return found;
  };
  const old = ['busybox', 'my_org/web.tools-2', 'scratch', 'team-a/database', 'team-a/first', 'vinod1/web'];
  assert.deepEqual(await list(2), old);
  await pushImage(registry.handler, 'middle', '1');
  await pushImage(registry.handler, 'vinod1/web', 'pushed');
  const both = [...old, 'middle'].sort();
  for (const limit of [1, 3, 100]) assert.deepEqual(await list(limit), both);
  await registry.bridge.v1.repositories.announce(v1Repository('new/one'), []);
  assert.deepEqual(await list(100), [...both, 'new/one'].sort());
  await registry.bridge.v1.repositories.remove(v1Repository('new/one'));
  assert.deepEqual(await list(100), both);
  assert.ok(await catalog.has(repository('scratch')));
  assert.ok(!(await catalog.has(repository('scratches'))));
});

test('over a read-only directory, what was pushed comes first and old tags cannot be deleted', async (t) => {
  const { old, registry } = await oldAndBridged(t, { readOnly: true });
  const before = await manifest(registry, 'vinod1/web', 'v1');
  for (const reference of ['v1', 'base', before.digest]) {
    const answer = await tell(registry.handler, 'DELETE', `/v2/vinod1/web/manifests/${reference}`);
    assert.deepEqual([answer.status, answer.code], [405, 'UNSUPPORTED']);
    assert.match(answer.message, /served read-only/);
  }
  const pushed = await pushImage(registry.handler, 'vinod1/web', 'v1');
  assert.equal((await manifest(registry, 'vinod1/web', 'v1')).digest, pushed.digest);
  assert.equal((await tell(registry.handler, 'DELETE', '/v2/vinod1/web/manifests/v1')).status, 202);
  assert.equal((await manifest(registry, 'vinod1/web', 'v1')).digest, before.digest);
  const layer = `${registry.directory}/images/${old.image('library/busybox', 'latest').id}/layer`;
  assert.equal((await stat(layer)).nlink, 1);
});

/** Rounds of a race. */
const ROUNDS = 12;

test('a push through the v2 API is never undone by a pull that makes the old image meanwhile', async (t) => {
  const below = seededRandom(t);
  const { old, registry } = await oldAndBridged(t);
  const registries = [registry, await openBridged(registry.directory), await openBridged(registry.directory)];
  const images = ['v1', 'v2', 'base'].map((name) => imageId(old.image('vinod1/web', name).id));
  for (let round = 0; round < ROUNDS; round += 1) {
    const name = `race-${round}`;
    const image = images[below(images.length)];
    assert.ok(image);
    await registry.v1.tags.put(WEB, tag(name), image, '{}');
    const pushing = registries[below(registries.length)] ?? registry;
    const [pushed] = await Promise.all([
      pushImage(pushing.handler, 'vinod1/web', name, `config ${round}`),
      ...registries.map((each) => manifest(each, 'vinod1/web', name)),
    ]);
    assert.equal(pushed.reply.status, 201);
    for (const each of registries)
      assert.equal((await manifest(each, 'vinod1/web', name)).digest, pushed.digest, name);
    assert.equal(
      (await registry.raw.manifests.get(repository('vinod1/web'), tag(name)))?.digest.toString(),
      pushed.digest,
    );
  }
});

test('a tag that is deleted is never brought back by a pull that makes its image meanwhile', async (t) => {
  const below = seededRandom(t);
  const { old, registry } = await oldAndBridged(t);
  const registries = [registry, await openBridged(registry.directory)];
  const images = ['v1', 'v2', 'base'].map((name) => imageId(old.image('vinod1/web', name).id));
  for (let round = 0; round < ROUNDS; round += 1) {
    const name = `race-${round}`;
    await registry.v1.tags.put(WEB, tag(name), images[below(images.length)] as (typeof images)[0], '{}');
    const deleting = registries[below(registries.length)] ?? registry;
    const [deleted] = await Promise.all([
      tell(deleting.handler, 'DELETE', `/v2/vinod1/web/manifests/${name}`),
      ...registries.map((each) => manifest(each, 'vinod1/web', name)),
    ]);
    assert.equal(deleted.status, 202);
    for (const each of registries) assert.equal((await manifest(each, 'vinod1/web', name)).status, 404, name);
  }
});

test('whoever pushes at the same time through both APIs, everybody sees one of the two in the end', async (t) => {
  const below = seededRandom(t);
  const { old, registry } = await oldAndBridged(t);
  const registries = [registry, await openBridged(registry.directory)];
  const image = imageId(old.image('vinod1/web', 'v2').id);
  const bridged = await manifest(registry, 'vinod1/web', 'v2');
  for (let round = 0; round < ROUNDS; round += 1) {
    const name = `race-${round}`;
    if (below(2) === 0) await registry.v1.tags.put(WEB, tag(name), image, '{}');
    const [pushed] = await Promise.all([
      pushImage(registry.handler, 'vinod1/web', name, `config ${round}`),
      registry.v1.tags.put(WEB, tag(name), image, '{}'),
      manifest(registry, 'vinod1/web', name),
    ]);
    const seen = await Promise.all(registries.map((each) => manifest(each, 'vinod1/web', name)));
    assert.equal(new Set(seen.map(({ digest }) => digest)).size, 1);
    assert.ok([pushed.digest, bridged.digest].includes(seen[0]?.digest ?? ''));
  }
});
