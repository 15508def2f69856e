import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JoinedWork } from '../../../../src/registry/store/filesystem/joined-work.js';

test('everybody gets a result of work that began after they asked, and few do it', async () => {
  const work = new JoinedWork<number>();
  let begun = 0;
  let finish = (): void => undefined;
  const look = async (): Promise<number> => {
    begun += 1;
    const seen = begun;
    if (seen === 1)
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
    return seen;
  };
  const first = work.join('a', look);
  const others = [work.join('a', look), work.join('a', look), work.join('a', look)];
  assert.equal(begun, 1);
  assert.equal(await work.join('b', look), 2);
  finish();
  assert.equal(await first, 1);
  assert.deepEqual(await Promise.all(others), [3, 3, 3]);
  assert.equal(await work.join('a', look), 4);
});

test('work that fails lets those who wait try for themselves', async () => {
  const work = new JoinedWork<string>();
  const first = work.join('a', () => Promise.reject(new Error('not now')));
  const next = work.join('a', () => Promise.resolve('done'));
  await assert.rejects(first, /not now/);
  assert.equal(await next, 'done');
});
