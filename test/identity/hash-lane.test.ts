import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HashLane, LaneFull } from '../../src/identity/hash-lane.js';

interface Work {
  readonly end: () => void;
  readonly name: number;
}

test('only so many run, the others wait in the order in which they came, and the rest are turned away', async () => {
  const lane = new HashLane({ atOnce: 2, waiting: 3 });
  const running: Work[] = [];
  const ended: number[] = [];
  const run = (name: number): Promise<number> =>
    lane
      .run(() => new Promise<boolean>((resolve) => running.push({ name, end: () => resolve(true) })))
      .then(() => name);
  const runs = [0, 1, 2, 3, 4].map((name) => run(name).then((result) => ended.push(result)));
  await assert.rejects(run(5), LaneFull);
  assert.deepEqual(
    running.map(({ name }) => name),
    [0, 1],
  );
  for (let count = 0; count < 5; count += 1) {
    running[count]?.end();
    await new Promise(setImmediate);
    assert.ok(running.length <= count + 3, 'one begins when one ends');
  }
  await Promise.all(runs);
  assert.deepEqual(ended, [0, 1, 2, 3, 4]);
});

test('work that fails makes room as well', async () => {
  const lane = new HashLane({ atOnce: 1, waiting: 1 });
  for (let count = 0; count < 3; count += 1) {
    const runs = [1, 2].map(() =>
      lane.run(async () => {
        throw new Error('broken');
      }),
    );
    for (const each of await Promise.allSettled(runs)) assert.equal(each.status, 'rejected');
  }
  assert.equal(await lane.run(async () => true), true);
});
