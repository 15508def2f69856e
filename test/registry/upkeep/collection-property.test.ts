import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Below, seededRandom } from '../../harness/seeded-random.js';
import { ask } from '../client.js';
import { type Fixture, openFixture } from '../fixture.js';
import { collectIn, registryOf } from './collecting.js';
import { whatHasToStay, whatIsMissing } from './independent-mark.js';
import { RandomRegistry } from './random-registry.js';
import { ageAll, readStoredFiles } from './stored-files.js';

/** Milliseconds that are spent on random registries; at least a few are tried. */
const TIME = 15_000;

async function times(count: number, work: (index: number) => Promise<void>): Promise<void> {
  for (let index = 0; index < count; index += 1) await work(index);
}

async function checkKept(fixture: Fixture): Promise<void> {
  const list = await ask(fixture.handler, 'GET', '/v2/keep/tags/list');
  const { tags } = JSON.parse(list.bytes.toString()) as { tags: string[] };
  for (const tag of tags) {
    const image = await ask(fixture.handler, 'GET', `/v2/keep/manifests/${tag}`);
    const { config, layers } = JSON.parse(image.bytes.toString());
    for (const { digest } of [config, ...layers]) {
      const blob = await ask(fixture.handler, 'GET', `/v2/keep/blobs/${digest}`);
      assert.equal(blob.status, 200, `${tag} lacks ${digest}`);
    }
  }
}

async function tryOne(fixture: Fixture, below: Below): Promise<void> {
  const registry = registryOf(fixture);
  const somebody = new RandomRegistry(fixture.handler, below);
  await somebody.pushImage('keep', 'first', false);
  await times(30, () => somebody.act());
  await times(2, async (round) => {
    await ageAll(registry);
    let ended = false;
    const collected = collectIn(fixture, { untagged: below(2) === 0 }).finally(() => {
      ended = true;
    });
    // In `keep` nobody deletes: whatever is acknowledged there has to be whole.
    const keeper = times(4, (index) => somebody.pushImage('keep', `r${round}-${index}`, false));
    const others = [0, 1].map(async () => {
      for (let count = 0; count < 8 || (!ended && count < 100); count += 1) await somebody.act();
    });
    await Promise.all([collected, keeper, ...others]);
    assert.deepEqual(await whatIsMissing(registry), []);
    await checkKept(fixture);
  });
  await ageAll(registry);
  const untagged = below(2) === 0;
  const expected = await whatHasToStay(registry, untagged);
  await collectIn(fixture, { untagged });
  assert.deepEqual(await readStoredFiles(registry), expected);
  const catalog = await ask(fixture.handler, 'GET', '/v2/_catalog');
  const holders = new Set([...expected.revisions].map((held) => held.split(' ')[0]));
  assert.deepEqual(JSON.parse(catalog.bytes.toString()).repositories, [...holders].sort());
  await checkKept(fixture);
}

test('of a random registry exactly what is reachable is left, and nothing is lost that is pushed meanwhile', async (context) => {
  const below = seededRandom(context);
  const begun = performance.now();
  for (let count = 0; count < 3 || performance.now() - begun < TIME; count += 1) {
    const fixture = await openFixture();
    try {
      await tryOne(fixture, below);
    } finally {
      await fixture.close();
    }
  }
});
