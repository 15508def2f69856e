import { openDockerRegistryStore } from '../../../../src/registry/store/docker-registry/docker-registry-store.js';
import { bodyOf, idOf, jsonOf, payloadOf, repositoryOf, tagOf } from './sample.js';

/* Pushes images and tags them until it is killed, and says what was acknowledged. Started by killed-pushes.test.ts. */

const [directory = '', round = ''] = process.argv.slice(2);
const stores = await openDockerRegistryStore({ directory, readOnly: false, writerLease: 300 });
const app = repositoryOf('team/app');

async function pushForever(lane: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    // Two lanes push the same images, each with a layer of its own.
    const name = `${round}-${lane >> 1}-${count}`;
    const id = idOf(name);
    const layer = Buffer.from(`${name} of ${lane % 2} `.repeat(5000));
    const json = jsonOf(id);
    if (await stores.pushes.begin(id, json, [id])) {
      const received = await stores.pushes.receive(id, bodyOf(layer));
      // A rival that began before us has completed it before our layer came: docker-registry says that it is there.
      if (received !== 'complete') {
        const completion = await stores.pushes.complete(id, payloadOf(json, layer));
        if (completion !== 'complete') throw new Error(`${name}: ${completion}`);
      }
    }
    process.send?.({ image: name });
    await stores.tags.put(app, tagOf(`${round}-${lane}`), id, JSON.stringify({ count }));
    process.send?.({ tag: `${round}-${lane}`, image: name });
  }
}

pushForever(0).catch(fail);
pushForever(1).catch(fail);
pushForever(2).catch(fail);
pushForever(3).catch(fail);

function fail(error: unknown): void {
  process.send?.({ failure: String(error) });
}
