import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HashBudget } from '../../src/identity/hash-budget.js';
import { HashLane, LaneFull } from '../../src/identity/hash-lane.js';
import { until } from '../harness/until.js';

const OPTIONS = { burst: 1_000, share: 0.2, patience: 2_000 };

test('wrong passwords use up the budget, which fills up by its share, and no further than to its burst', () => {
  let time = 0;
  const budget = new HashBudget(OPTIONS, () => time);
  budget.spend(600, false);
  assert.equal(budget.wait(), 0);
  budget.spend(600, false);
  assert.equal(budget.wait(), 1_000);
  time = 1_001;
  assert.equal(budget.wait(), 0);
  time = 1e6;
  budget.spend(1_100, false);
  assert.equal(budget.wait(), 500, 'a long silence saves up no more than the burst');
});

test('over a long time a flood gets its share and no more', () => {
  let time = 0;
  const budget = new HashBudget(OPTIONS, () => time);
  let hashed = 0;
  while (time < 1e6) {
    time += budget.wait();
    time += 60;
    budget.spend(60, false);
    hashed += 60;
  }
  assert.ok(hashed < 0.2 * time + OPTIONS.burst + 60, `${hashed}`);
  assert.ok(hashed > 0.19 * time, `${hashed}`);
});

test('a flood gets no burst: others wait, and none of eight passwords in a row was right', () => {
  const budget = new HashBudget(OPTIONS, () => 0);
  for (let count = 0; count < 7; count += 1) budget.spend(10, false, true);
  budget.spend(10, true, true);
  for (let count = 0; count < 7; count += 1) budget.spend(10, false, true);
  assert.equal(budget.wait(), 0);
  budget.spend(10, false, false);
  for (let count = 0; count < 7; count += 1) budget.spend(10, false, true);
  assert.equal(budget.wait(), 0, 'nobody waited for one of them');
  budget.spend(10, false, true);
  assert.equal(budget.wait(), 50);
});

test('right passwords cost nothing', () => {
  const budget = new HashBudget(OPTIONS, () => 0);
  for (let count = 0; count < 1_000; count += 1) budget.spend(60, true);
  assert.equal(budget.wait(), 0);
});

test('the less is left, the fewer may wait, and never none', () => {
  const budget = new HashBudget(OPTIONS, () => 0);
  budget.spend(100, true);
  assert.equal(budget.queue(), 14);
  for (let count = 0; count < 10; count += 1) budget.spend(100, false);
  assert.equal(budget.queue(), 4);
  budget.spend(1e6, false);
  assert.equal(budget.queue(), 4);
});

test('in a lane without budget checks wait, in their order, and those for whom it would be too long are turned away', async () => {
  let time = 0;
  const lane = new HashLane({ atOnce: 1, budget: new HashBudget(OPTIONS, () => time) });
  assert.equal(
    await lane.run(async () => {
      time += 1_004;
      return false;
    }),
    false,
  );
  const begun: number[] = [];
  const runs = [0, 1, 2, 3].map((name) =>
    lane.run(async () => {
      begun.push(name);
      return true;
    }),
  );
  await assert.rejects(
    lane.run(async () => true),
    LaneFull,
  );
  await new Promise(setImmediate);
  assert.deepEqual(begun, [], 'the budget is used up');
  time += 1_000;
  await until(() => begun.length === 4, 'all checks have begun');
  await Promise.all(runs);
  assert.deepEqual(begun, [0, 1, 2, 3]);
});
