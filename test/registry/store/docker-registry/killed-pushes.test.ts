import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ImageId } from '../../../../src/registry/model/v1/image-id.js';
import { openDockerRegistryStore } from '../../../../src/registry/store/docker-registry/docker-registry-store.js';
import type { V1Stores } from '../../../../src/registry/store/v1-contracts.js';
import { memoryDirectory } from '../../../harness/memory-directory.js';
import { seededRandom } from '../../../harness/seeded-random.js';
import { idOf, layerOf, payloadOf, pushImage, repositoryOf, tagOf } from './sample.js';

/** What a process says that it has been told. */
interface Told {
  readonly image?: string;
  readonly tag?: string;
  readonly failure?: string;
}

const KILLS = Number(process.env['DOCKGATE_TEST_KILLS'] ?? 12);

/** An image is whole, or under way: never complete with what does not belong to its json. */
async function checkImage(stores: V1Stores, id: ImageId): Promise<boolean> {
  const image = await stores.images.find(id);
  if (image === undefined || image.isUploading) return false;
  const layer = await layerOf(stores, id);
  assert.ok(layer, `${id} is complete and has no layer`);
  assert.deepEqual(image.checksums, [payloadOf(image.json, layer)]);
  assert.deepEqual(
    image.ancestry.map(({ hex }) => hex),
    [id.hex],
  );
  return true;
}

test('what was acknowledged is whole at whatever moment the process is killed, and all else can be repeated', async (context) => {
  const below = seededRandom(context);
  const directory = memoryDirectory(context);
  const script = fileURLToPath(new URL('pushing-process.js', import.meta.url));
  const images = new Set<string>();
  const tags = new Map<string, string>();
  let repeated = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const child = fork(script, [directory, String(round)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const steps = 1 + below(40);
    let count = 0;
    const failures: string[] = [];
    child.on('message', ({ image, tag, failure }: Told) => {
      if (failure !== undefined) failures.push(failure);
      else if (tag !== undefined && image !== undefined) tags.set(tag, image);
      else if (image !== undefined) images.add(image);
      count += 1;
      // Somewhere within the next steps, not just when one has ended.
      if (count === steps) setTimeout(() => child.kill('SIGKILL'), below(8));
    });
    await once(child, 'exit');
    assert.deepEqual(failures, []);
    const stores = await openDockerRegistryStore({ directory, readOnly: false, writerLease: 300 });
    for (const name of images) assert.ok(await checkImage(stores, idOf(name)), `${name} is not complete`);
    for await (const id of stores.images.ids()) {
      if (await checkImage(stores, id)) continue;
      await pushImage(stores, id);
      assert.ok(await checkImage(stores, id));
      repeated += 1;
    }
    const stored = await stores.tags.list(repositoryOf('team/app'));
    for (const [tag, name] of tags) {
      // The next writing of the tag may have been done and not acknowledged.
      const [, lane, number] = name.split('-').map(Number);
      const next = `${name.split('-')[0]}-${lane}-${(number ?? 0) + 1}`;
      assert.ok([idOf(name).hex, idOf(next).hex].includes(stored?.get(tag)?.hex ?? ''), `the tag ${tag}`);
      const before = await stores.tags.get(repositoryOf('team/app'), tagOf(tag));
      tags.set(tag, before?.image.hex === idOf(next).hex ? next : name);
    }
  }
  context.diagnostic(`${KILLS} kills, ${images.size} images acknowledged, ${repeated} repeated`);
  assert.ok(images.size > KILLS);
});
