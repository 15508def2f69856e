import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { Verdict } from '../../src/identity/authenticator.js';
import { HeldRefusals, isHeld } from '../../src/identity/held-refusals.js';

test('a refusal is held for half a second, and longer the more are held already, but for ten seconds at most', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const held = new HeldRefusals();
  let answered = 0;
  const hold = () =>
    held.hold(() => {
      answered += 1;
    });
  hold();
  mock.timers.tick(499);
  assert.equal(answered, 0);
  mock.timers.tick(1);
  assert.equal(answered, 1);
  for (let count = 0; count < 2_000; count += 1) hold();
  mock.timers.tick(5_000);
  assert.ok(answered < 300, `${answered} of 2000 in five seconds`);
  mock.timers.tick(5_000);
  assert.equal(answered, 2_001);
  assert.equal(held.held, 0);
});

test('whoever has gone is not answered and takes no room, once', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const held = new HeldRefusals();
  const release = held.hold(() => assert.fail('nobody waits for it'));
  held.hold(() => undefined);
  release();
  release();
  assert.equal(held.held, 1);
  mock.timers.tick(10_000);
  assert.equal(held.held, 0);
});

test('beyond some thousands nothing more is held, since it would take memory', () => {
  const held = new HeldRefusals();
  const releases = Array.from({ length: 4_000 }, () => held.hold(() => undefined));
  let answered = false;
  held.hold(() => {
    answered = true;
  });
  assert.ok(answered);
  for (const release of releases) release();
  assert.equal(held.held, 0);
});

test('held is what costs no hash, and nothing else', async () => {
  const verdicts: [Verdict, boolean][] = [
    ['alice', false],
    [{ kind: 'stranger' }, false],
    [{ kind: 'unauthorized' }, false],
    [{ kind: 'forbidden' }, false],
    [{ kind: 'unauthorized', again: true }, true],
    [{ kind: 'throttled', retryAfter: 1 }, true],
    [{ kind: 'overloaded' }, true],
  ];
  for (const [verdict, expected] of verdicts)
    assert.equal(isHeld(verdict), expected, JSON.stringify(verdict));
  const held = new HeldRefusals();
  assert.equal(await held.pass(Promise.resolve('alice')), 'alice');
  const later = held.pass({ kind: 'overloaded' });
  assert.equal(
    await Promise.race([later, new Promise((resolve) => setImmediate(() => resolve('held')))]),
    'held',
  );
  assert.equal(held.held, 1);
});
