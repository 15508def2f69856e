import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/exchange/failure.js';
import { ReplyMemory } from '../../src/http/reply-memory.js';

const LONG = 100_000;

test('long replies are refused when slow clients hold too many, until they have let go', () => {
  const memory = new ReplyMemory(250_000);
  const first = memory.hold(Buffer.alloc(LONG));
  memory.hold('x'.repeat(LONG));
  assert.throws(
    () => memory.hold(Buffer.alloc(LONG)),
    (error) => error instanceof Failure && error.status === 503,
  );
  first?.();
  assert.ok(memory.hold(Buffer.alloc(LONG)));
});

test('bytes that replies share count once, and as long as one of them needs them', () => {
  const memory = new ReplyMemory(150_000);
  const shared = Buffer.alloc(LONG);
  const first = memory.hold(shared);
  const second = memory.hold(shared);
  first?.();
  assert.throws(() => memory.hold(Buffer.alloc(LONG)), Failure);
  second?.();
  assert.ok(memory.hold(Buffer.alloc(LONG)));
});

test('short replies and those that are read from the disk are not counted', () => {
  const memory = new ReplyMemory(0);
  assert.equal(memory.hold('short'), undefined);
  assert.equal(memory.hold(Buffer.alloc(10)), undefined);
  assert.equal(memory.hold(undefined), undefined);
});
