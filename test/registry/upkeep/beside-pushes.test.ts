import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../harness/seeded-random.js';
import { ask } from '../client.js';
import { collectIn, inFixture, registryOf } from './collecting.js';
import { whatIsMissing } from './independent-mark.js';
import { ageAll } from './stored-files.js';

test('what another process pushes while this one collects is whole', async (context) => {
  const below = seededRandom(context);
  await inFixture(async (fixture) => {
    const script = fileURLToPath(new URL('pushing-process.js', import.meta.url));
    const child = fork(script, [fixture.directory, String(1 + below(1_000_000))], { stdio: 'ignore' });
    try {
      assert.deepEqual((await once(child, 'message'))[0], 'ready');
      for (let round = 0; round < 25; round += 1) {
        // Everything that the pushes of this round make use of again is old when they begin.
        await ageAll(registryOf(fixture));
        const pushed = once(child, 'message');
        child.send(round);
        await collectIn(fixture, { untagged: round % 2 === 0 });
        assert.deepEqual((await pushed)[0], 'done');
        assert.deepEqual(await whatIsMissing(registryOf(fixture)), []);
        const { bytes } = await ask(fixture.handler, 'GET', '/v2/keep/tags/list');
        for (const tag of JSON.parse(bytes.toString()).tags) {
          const image = await ask(fixture.handler, 'GET', `/v2/keep/manifests/${tag}`);
          const { config, layers } = JSON.parse(image.bytes.toString());
          for (const { digest } of [config, ...layers]) {
            const blob = await ask(fixture.handler, 'HEAD', `/v2/keep/blobs/${digest}`);
            assert.equal(blob.status, 200, `round ${round}: ${tag} lacks ${digest}`);
          }
        }
      }
    } finally {
      child.kill();
    }
  });
});
