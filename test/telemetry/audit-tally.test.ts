import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuditTally } from '../../src/telemetry/audit-tally.js';

const LIMITS = { each: 3, atOnce: 50, keys: 100 };
const bad = (user: string, address = '192.0.2.1') => ({ event: 'login', outcome: 'bad', user, address });

test('the first events of a user and address are told, and the others counted', () => {
  const tally = new AuditTally(LIMITS);
  const told = Array.from({ length: 1000 }, (_, index) => tally.isToldAtOnce(bad('alice'), `t${index}`));
  assert.deepEqual(told.slice(0, 5), [true, true, true, false, false]);
  assert.equal(told.filter(Boolean).length, 3);
  assert.deepEqual(tally.endInterval(), [{ ...bad('alice'), way: undefined, count: 997, since: 't3' }]);
});

test('an attack that goes on is only counted, and one that begins anew is told again', () => {
  const tally = new AuditTally(LIMITS);
  for (let count = 0; count < 10; count += 1) tally.isToldAtOnce(bad('alice'), 't');
  tally.endInterval();
  assert.equal(tally.isToldAtOnce(bad('alice'), 't'), false);
  tally.endInterval();
  assert.deepEqual(tally.endInterval(), []);
  assert.equal(tally.isToldAtOnce(bad('alice'), 't'), true);
});

test('users, addresses and outcomes are counted apart from each other', () => {
  const tally = new AuditTally({ ...LIMITS, each: 0 });
  tally.isToldAtOnce(bad('alice'), 't');
  tally.isToldAtOnce(bad('alice', '192.0.2.2'), 't');
  tally.isToldAtOnce(bad('bob'), 't');
  tally.isToldAtOnce({ ...bad('bob'), outcome: 'throttled' }, 't');
  assert.equal(tally.endInterval().length, 4);
});

test('all that is told and counted together is bounded, and adds up', () => {
  const tally = new AuditTally(LIMITS);
  const attempts = 100_000;
  let told = 0;
  for (let count = 0; count < attempts; count += 1) {
    if (tally.isToldAtOnce(bad(`user-${count % 5000}`, `10.0.0.${count % 251}`), 't')) told += 1;
  }
  const sums = tally.endInterval();
  assert.equal(told, LIMITS.atOnce);
  assert.ok(sums.length <= LIMITS.keys + 1, `${sums.length}`);
  assert.equal(told + sums.reduce((sum, { count }) => sum + (count ?? 0), 0), attempts);
  assert.equal(sums.at(-1)?.outcome, 'various');
});

test('a name as long as a header line is kept in part only', () => {
  const tally = new AuditTally({ ...LIMITS, each: 0 });
  tally.isToldAtOnce(bad('x'.repeat(16_000)), 't');
  assert.equal(tally.endInterval()[0]?.user?.length, 256);
});
