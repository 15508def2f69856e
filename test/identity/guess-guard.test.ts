import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GUESS_LIMITS, GuessGuard, type GuessNotice } from '../../src/identity/guess-guard.js';

const HOME = '192.0.2.1';
const small = {
  address: { ...GUESS_LIMITS.address, slots: 1024 },
  user: { ...GUESS_LIMITS.user, slots: 1024 },
  known: { ...GUESS_LIMITS.known, slots: 1024 },
};

interface Setting {
  readonly guard: GuessGuard;
  readonly clock: { time: number };
  readonly notices: GuessNotice[];
  /** Tries, and fails; milliseconds to wait when it may not. */
  fail(user: string, address: string): number;
  /** Tries, and is right. */
  succeed(user: string, address: string): number;
}

/** The clock begins far from zero, as that of a machine that has been up for long. */
function setting(): Setting {
  const clock = { time: 9_000_000_000 };
  const notices: GuessNotice[] = [];
  const guard = new GuessGuard(
    small,
    (notice) => notices.push(notice),
    () => clock.time,
  );
  return {
    guard,
    clock,
    notices,
    fail(user, address) {
      const attempt = guard.begin(user, address);
      return typeof attempt === 'number' ? attempt : 0;
    },
    succeed(user, address) {
      const attempt = guard.begin(user, address);
      if (typeof attempt === 'number') return attempt;
      attempt.succeed();
      return 0;
    },
  };
}

/** Ten users at one address: their own waits do not begin. */
function exhaust({ fail }: Setting, address: string): void {
  for (let index = 0; index < small.address.free; index += 1) assert.equal(fail(`user${index}`, address), 0);
}

test('an address has ten tries, then waits that double up to five minutes', () => {
  const house = setting();
  exhaust(house, HOME);
  const waits: number[] = [];
  for (let index = 0; index < 12; index += 1) {
    const wait = house.fail(`other${index}`, HOME);
    assert.equal(house.fail('somebody', HOME), wait, 'a refused try does not count');
    waits.push(wait);
    house.clock.time += wait - 1;
    assert.equal(house.fail(`other${index}`, HOME), 1);
    house.clock.time += 1;
    assert.equal(house.fail(`other${index}`, HOME), 0);
  }
  assert.deepEqual(
    waits.slice(0, 9),
    [1, 2, 4, 8, 16, 32, 64, 128, 256].map((seconds) => seconds * 1_000),
  );
  assert.ok(
    waits.slice(9).every((wait) => wait >= 128_000 && wait <= 300_000),
    `${waits}`,
  );
  assert.equal(house.fail('somebody', '192.0.2.2'), 0, 'other addresses are not held up');
});

test('tries are forgotten after silence', () => {
  const house = setting();
  exhaust(house, HOME);
  assert.ok(house.fail('x', HOME) > 0);
  house.clock.time += small.address.free * small.address.decay;
  exhaust(house, HOME);
  assert.ok(house.fail('x', HOME) > 0);
});

test('an IPv6 network of 64 bits is one address, however it is spelled', () => {
  const house = setting();
  for (let index = 0; index < small.address.free; index += 1)
    assert.equal(house.fail(`user${index}`, `2001:db8:1:2:${index}::1`), 0);
  assert.ok(house.fail('x', '2001:0DB8:1:2::ffff') > 0);
  assert.equal(house.fail('x', '2001:db8:1:3::1'), 0);
  for (let index = 0; index < small.address.free; index += 1) house.fail(`user${index}`, HOME);
  assert.ok(house.fail('y', `::ffff:${HOME}`) > 0);
});

test('a user is guarded from many addresses, and so is one who does not exist', () => {
  const house = setting();
  for (const user of ['ada', 'nobody']) {
    for (let index = 0; index < small.user.free; index += 1)
      assert.equal(house.fail(user, `198.51.100.${index}`), 0);
    assert.equal(house.fail(user, '203.0.113.1'), 500);
    assert.equal(house.fail(`${user}2`, '203.0.113.1'), 0, 'another user');
  }
});

test('under attack a right password from anywhere waits once, at most half a minute, whatever others do', () => {
  const house = setting();
  let address = 0;
  /** A million addresses, each once; nobody of them comes again. */
  const attack = (): number => {
    address += 1;
    return house.fail('ada', `10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`);
  };
  for (let index = 0; index < 2_000; index += 1) {
    attack();
    house.clock.time += 1_000;
  }
  const wait = house.succeed('ada', HOME);
  assert.ok(wait > 0 && wait <= small.user.longest, `${wait}`);
  for (let elapsed = 0; elapsed < wait; elapsed += 100) {
    attack();
    assert.ok(house.succeed('ada', HOME) <= wait - elapsed, 'it never grows');
    house.clock.time += 100;
  }
  assert.equal(house.succeed('ada', HOME), 0);
  assert.equal(house.fail('ada', '203.0.113.7'), 0, 'a success begins anew');
});

test('a user who has been good at an address has tries of their own there', () => {
  const house = setting();
  assert.equal(house.succeed('ada', HOME), 0);
  exhaust(house, HOME);
  for (let index = 0; index < 100; index += 1) house.fail('ada', `198.51.100.${index}`);
  assert.ok(house.fail('bob', HOME) > 0, 'the address is held up');
  assert.ok(house.fail('ada', '203.0.113.1') > 0, 'the user is held up elsewhere');
  const attempt = house.guard.begin('ada', HOME);
  assert.ok(typeof attempt !== 'number' && attempt.isKnown);
  attempt.succeed();
});

test('even who guesses from the same address holds that user up for no more than 15 seconds', () => {
  const house = setting();
  house.succeed('ada', HOME);
  for (let index = 0; index < 1_000; index += 1) {
    house.clock.time += 1_000;
    house.fail('ada', HOME);
  }
  const wait = house.succeed('ada', HOME);
  assert.ok(wait <= 15_000, `${wait}`);
  house.clock.time += wait;
  assert.equal(house.succeed('ada', HOME), 0);
  assert.equal(house.fail('ada', HOME), 0);
});

test('a right password forgives what was done to that user, and not what was done to others', () => {
  const house = setting();
  for (let index = 0; index < 9; index += 1) assert.equal(house.fail('ada', HOME), 0);
  assert.equal(house.succeed('ada', HOME), 0);
  exhaust(house, HOME);
  assert.ok(house.fail('x', HOME) > 0);
  // Somebody with a password of their own cannot buy further tries with it.
  const other = setting();
  let tries = 0;
  for (let index = 0; index < 100; index += 1) {
    if (index % 5 === 0) other.succeed('mallory', HOME);
    else if (other.fail(`victim${index}`, HOME) === 0) tries += 1;
  }
  assert.equal(tries, small.address.free);
});

test('a try that was not checked does not count', () => {
  const house = setting();
  for (let index = 0; index < 100; index += 1) {
    const attempt = house.guard.begin('ada', HOME);
    assert.ok(typeof attempt !== 'number');
    attempt.cancel();
  }
  assert.equal(house.guard.addresses, 0);
});

test('tries at the same time count before anybody knows whether they are right', () => {
  const house = setting();
  const attempts = Array.from({ length: 50 }, (_, index) => house.guard.begin(`user${index}`, HOME));
  assert.equal(attempts.filter((attempt) => typeof attempt !== 'number').length, small.address.free);
});

test('guards that hear each other count as one', () => {
  const clock = { time: 5_000 };
  const now = (): number => clock.time;
  const one: GuessGuard = new GuessGuard(small, (notice) => other.hear(notice), now);
  const other: GuessGuard = new GuessGuard(small, (notice) => one.hear(notice), now);
  let tries = 0;
  for (let index = 0; index < 40; index += 1) {
    const guard = index % 2 === 0 ? one : other;
    if (typeof guard.begin(`user${index}`, HOME) !== 'number') tries += 1;
  }
  assert.equal(tries, small.address.free);
  const right = one.begin('ada', '192.0.2.9');
  assert.ok(typeof right !== 'number' && !right.isKnown);
  right.succeed();
  const again = other.begin('ada', '192.0.2.9');
  assert.ok(typeof again !== 'number' && again.isKnown);
});

test('a million addresses and users of any length take the memory that is set aside', () => {
  const guard = new GuessGuard();
  const { bytes } = guard;
  assert.ok(bytes < 48_000_000, `${bytes}`);
  for (let index = 0; index < 1_000_000; index += 1)
    guard.begin(
      index % 1_000 === 0 ? 'x'.repeat(6_000) + index : `u${index % 100_000}`,
      `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
    );
  assert.ok(guard.addresses > 500_000, `${guard.addresses}`);
  assert.equal(guard.bytes, bytes);
});

test('what is announced names nobody', () => {
  const house = setting();
  house.succeed('ada', HOME);
  const text = JSON.stringify(house.notices);
  assert.deepEqual(
    house.notices.map(({ kind }) => kind),
    ['tried', 'right'],
  );
  assert.ok(!text.includes('ada') && !text.includes(HOME), text);
});

test('whoever has an account and very many addresses makes few others unknown at theirs', () => {
  let time = 1_000_000;
  const guard = new GuessGuard(GUESS_LIMITS, undefined, () => time);
  const succeed = (user: string, address: string): void => {
    const attempt = guard.begin(user, address);
    assert.ok(typeof attempt !== 'number');
    attempt.succeed();
  };
  const addressOf = (index: number): string => `10.1.${index >> 8}.${index & 255}`;
  for (let index = 0; index < 1_000; index += 1) succeed(`user${index}`, addressOf(index));
  for (let index = 0; index < 2 * GUESS_LIMITS.known.slots; index += 1) {
    time += 1;
    succeed('mallory', `2001:db8:${(index >> 16).toString(16)}:${(index & 65_535).toString(16)}::1`);
  }
  let known = 0;
  for (let index = 0; index < 1_000; index += 1) {
    const attempt = guard.begin(`user${index}`, addressOf(index));
    if (typeof attempt !== 'number' && attempt.isKnown) known += 1;
  }
  assert.ok(known > 900, `${known} of 1000 users are known`);
});
