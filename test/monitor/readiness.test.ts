import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { test } from 'node:test';
import { Readiness, writableDirectory } from '../../src/monitor/readiness.js';
import { temporaryDirectory } from '../harness/directory.js';

test('all reasons are told, also of a check that throws or never ends', async () => {
  const readiness = new Readiness(
    [
      { name: 'good', check: () => undefined },
      { name: 'bad', check: () => 'It is bad.' },
      { name: 'broken', check: () => Promise.reject(new Error('It broke.')) },
      { name: 'late', check: () => new Promise(() => {}) },
    ],
    { patience: 1 },
  );
  assert.deepEqual(await readiness.reasons(), [
    { check: 'bad', message: 'It is bad.' },
    { check: 'broken', message: 'It broke.' },
    { check: 'late', message: 'There was no answer within 1 ms.' },
  ]);
});

test('however many ask, a check runs once, and its answer is good for a while', async () => {
  let runs = 0;
  let answer: (reason: string | undefined) => void = () => {};
  const check = (): Promise<string | undefined> => {
    runs += 1;
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  const readiness = new Readiness([{ name: 'slow', check }]);
  const asked = [readiness.reasons(), readiness.reasons()];
  answer(undefined);
  assert.deepEqual(await Promise.all(asked), [[], []]);
  assert.deepEqual(await readiness.reasons(), []);
  assert.equal(runs, 1);
  const quick = (): string => {
    runs += 1;
    return String(runs);
  };
  const impatient = new Readiness([{ name: 'quick', check: quick }], { lifetime: 0 });
  assert.notDeepEqual(await impatient.reasons(), await impatient.reasons());
});

test('a server that stops is not ready, whatever was known before', async () => {
  const readiness = new Readiness([]);
  assert.deepEqual(await readiness.reasons(), []);
  readiness.stopping();
  assert.deepEqual(await readiness.reasons(), [{ check: 'process', message: 'The server is stopping.' }]);
});

test('a directory that cannot be written is a reason', async (t) => {
  const directory = temporaryDirectory(t);
  const reasons = (path: string) => new Readiness([writableDirectory(path)]).reasons();
  assert.deepEqual(await reasons(directory), []);
  const [missing] = await reasons(`${directory}/missing`);
  assert.deepEqual(missing, { check: 'data', message: 'The data directory cannot be written (ENOENT).' });
  if (process.getuid?.() === 0) return;
  chmodSync(directory, 0o500);
  assert.equal((await reasons(directory)).length, 1);
});
