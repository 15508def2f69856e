import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Authenticator,
  type AuthenticatorOptions,
  type Granted,
  type Login,
  type StoredPassword,
  type UserDirectory,
} from '../../src/identity/authenticator.js';
import { GUESS_LIMITS, GuessGuard } from '../../src/identity/guess-guard.js';
import { HashLane } from '../../src/identity/hash-lane.js';
import { VerdictCache } from '../../src/identity/verdict-cache.js';

/** A check that waits for the test to end it. */
interface Check {
  readonly stored: StoredPassword;
  readonly password: string;
  end(verdict: boolean | Error): void;
}

/** Users of a test; each check waits until the test decides it. */
class Users implements UserDirectory {
  readonly stored = new Map<string, StoredPassword>();
  readonly checks: Check[] = [];
  readonly #decoy: StoredPassword = { text: 'decoy' };

  find(user: string): StoredPassword | undefined {
    return this.stored.get(user);
  }

  decoy(): StoredPassword {
    return this.#decoy;
  }

  verify(stored: StoredPassword, password: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const end = (verdict: boolean | Error): void => {
        if (verdict instanceof Error) reject(verdict);
        else resolve(verdict);
      };
      this.checks.push({ stored, password, end });
    });
  }

  /** Ends the check that has been waiting for longest. */
  end(verdict: boolean | Error): void {
    const check = this.checks.shift();
    assert.ok(check !== undefined, 'a check is waiting');
    check.end(verdict);
  }
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

const UNAUTHORIZED = { kind: 'unauthorized' };
/** Was wrong before, and is not hashed again. */
const AGAIN = { kind: 'unauthorized', again: true };
const ADDRESS = '192.0.2.1';
const CREDENTIALS = basic('ada', 'secret');

interface House {
  readonly users: Users;
  readonly authenticator: Authenticator;
  readonly clock: { time: number };
  readonly logins: Login[];
}

function house(burst = 20, others: Partial<AuthenticatorOptions> = {}): House {
  const clock = { time: 1_000_000 };
  const now = (): number => clock.time;
  const users = new Users();
  users.stored.set('ada', { text: 'hash of ada' });
  const lifetimes = { entries: 10, lifetime: 1_000 };
  const { address, user, known } = GUESS_LIMITS;
  const limits = {
    address: { ...address, free: burst, first: 500, slots: 256 },
    user: { ...user, slots: 256 },
    known: { ...known, free: burst, first: 500, slots: 256 },
  };
  const logins: Login[] = [];
  return {
    users,
    clock,
    logins,
    authenticator: new Authenticator({
      users,
      verdicts: new VerdictCache(lifetimes, lifetimes, now),
      guard: new GuessGuard(limits, undefined, now),
      lane: new HashLane({ atOnce: 100 }),
      onLogin: { login: (login) => logins.push(login) },
      ...others,
    }),
  };
}

test('whoever brings nothing, or an empty user and password, is a stranger', () => {
  const { users, authenticator, logins } = house();
  for (const header of [undefined, 'Basic Og==', 'basic Og==', 'BASIC  Og== ']) {
    assert.deepEqual(authenticator.check(header, ADDRESS), { kind: 'stranger' }, header);
  }
  assert.equal(users.checks.length, 0);
  assert.deepEqual(logins, []);
});

test('a malformed header is refused at once and costs no hashing', () => {
  const { users, authenticator } = house();
  assert.deepEqual(authenticator.check('Bearer a', ADDRESS), { kind: 'unauthorized', token: true });
  for (const header of ['', 'Basic', 'Basic !!!', 'Basic og==', 'Token a', basic('', 'secret')]) {
    assert.deepEqual(authenticator.check(header, ADDRESS), UNAUTHORIZED);
  }
  assert.equal(users.checks.length, 0);
});

test('a password is hashed once, after which its verdict is there without waiting', async () => {
  const { users, authenticator } = house();
  const first = authenticator.check(CREDENTIALS, ADDRESS);
  assert.ok(first instanceof Promise);
  users.end(true);
  assert.equal(await first, 'ada');
  assert.equal(authenticator.check(CREDENTIALS, ADDRESS), 'ada');
  assert.equal(authenticator.check(CREDENTIALS, '198.51.100.1'), 'ada');
  const wrong = authenticator.check(basic('ada', 'wrong'), ADDRESS);
  users.end(false);
  assert.deepEqual(await wrong, UNAUTHORIZED);
  assert.deepEqual(authenticator.check(basic('ada', 'wrong'), ADDRESS), AGAIN);
  assert.equal(users.checks.length, 0);
});

test('equal checks at the same time are hashed once, also from other addresses', async () => {
  const { users, authenticator } = house();
  const checks = Array.from({ length: 50 }, (_, index) =>
    authenticator.check(CREDENTIALS, `192.0.2.${index}`),
  );
  const other = authenticator.check(basic('ada', 'other'), ADDRESS);
  assert.deepEqual(
    users.checks.map(({ password }) => password),
    ['secret', 'other'],
  );
  users.end(true);
  users.end(false);
  assert.deepEqual(new Set(await Promise.all(checks)), new Set(['ada']));
  assert.deepEqual(await other, UNAUTHORIZED);
});

test('an unknown user costs the hashing of the decoy, and is refused even when the decoy matches', async () => {
  const { users, authenticator } = house();
  const unknown = authenticator.check(basic('eve', 'secret'), ADDRESS);
  assert.equal(users.checks[0]?.stored.text, 'decoy');
  assert.equal(users.checks[0]?.password, 'secret');
  users.end(true);
  assert.deepEqual(await unknown, UNAUTHORIZED);
  assert.deepEqual(authenticator.check(basic('eve', 'secret'), ADDRESS), AGAIN);
});

test('names that every object has are unknown users', async () => {
  const { users, authenticator } = house();
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const verdict = authenticator.check(basic(name, 'secret'), ADDRESS);
    assert.equal(users.checks[0]?.stored.text, 'decoy');
    users.end(true);
    assert.deepEqual(await verdict, UNAUTHORIZED);
  }
});

test('a user who is removed is out at once, remembered or not', async () => {
  const { users, authenticator } = house();
  const remembered = authenticator.check(CREDENTIALS, ADDRESS);
  users.end(true);
  assert.equal(await remembered, 'ada');
  users.stored.delete('ada');
  authenticator.forget();
  const after = authenticator.check(CREDENTIALS, ADDRESS);
  assert.equal(users.checks[0]?.stored.text, 'decoy');
  users.end(true);
  assert.deepEqual(await after, UNAUTHORIZED);
});

test('a user who is removed while the password is being checked does not get in', async () => {
  const { users, authenticator } = house();
  const running = [authenticator.check(CREDENTIALS, ADDRESS), authenticator.check(CREDENTIALS, ADDRESS)];
  users.stored.delete('ada');
  authenticator.forget();
  users.end(true);
  assert.deepEqual(await Promise.all(running), [UNAUTHORIZED, UNAUTHORIZED]);
  users.stored.set('ada', { text: 'hash of ada' });
  assert.ok(authenticator.check(CREDENTIALS, ADDRESS) instanceof Promise, 'the verdict was not remembered');
});

test('a password that is changed while the old one is being checked does not get in', async () => {
  const { users, authenticator } = house();
  const running = authenticator.check(CREDENTIALS, ADDRESS);
  users.stored.set('ada', { text: 'another hash of ada' });
  authenticator.forget();
  users.end(true);
  assert.deepEqual(await running, UNAUTHORIZED);
});

test('a change of other users does not disturb a check that is running', async () => {
  const { users, authenticator } = house();
  const running = authenticator.check(CREDENTIALS, ADDRESS);
  users.stored.set('bob', { text: 'hash of bob' });
  authenticator.forget();
  users.end(true);
  assert.equal(await running, 'ada');
});

test('a password that was wrong gets in once the file says so', async () => {
  const { users, authenticator } = house();
  const before = authenticator.check(CREDENTIALS, ADDRESS);
  users.end(false);
  assert.deepEqual(await before, UNAUTHORIZED);
  users.stored.set('ada', { text: 'another hash of ada' });
  authenticator.forget();
  const after = authenticator.check(CREDENTIALS, ADDRESS);
  users.end(true);
  assert.equal(await after, 'ada');
});

test('when too many checks wait, the client is told so, and nothing is remembered', async () => {
  const { users, authenticator } = house(1);
  for (let count = 0; count < 5; count += 1) {
    const verdict = authenticator.check(CREDENTIALS, ADDRESS);
    users.end(new Error('too many checks wait'));
    assert.deepEqual(await verdict, { kind: 'overloaded' });
  }
  const later = authenticator.check(CREDENTIALS, ADDRESS);
  users.end(true);
  assert.equal(await later, 'ada');
});

test('an address that only tries has to wait, and what is remembered gets in meanwhile', async () => {
  const { users, authenticator, clock } = house(3);
  const known = authenticator.check(CREDENTIALS, ADDRESS);
  users.end(true);
  assert.equal(await known, 'ada');
  for (let count = 0; count < 3; count += 1) {
    const wrong = authenticator.check(basic('ada', `wrong${count}`), ADDRESS);
    users.end(false);
    assert.deepEqual(await wrong, UNAUTHORIZED);
  }
  assert.deepEqual(await authenticator.check(basic('ada', 'wrong3'), ADDRESS), {
    kind: 'throttled',
    retryAfter: 500,
  });
  assert.equal(users.checks.length, 0, 'nothing was hashed');
  assert.equal(authenticator.check(CREDENTIALS, ADDRESS), 'ada');
  assert.deepEqual(authenticator.check(basic('ada', 'wrong1'), ADDRESS), AGAIN);
  assert.ok(authenticator.check(basic('ada', 'wrong3'), '198.51.100.1') instanceof Promise);
  clock.time += 500;
  const again = authenticator.check(basic('ada', 'wrong4'), ADDRESS);
  users.end(false);
  users.end(false);
  assert.deepEqual(await again, UNAUTHORIZED);
});

test('that a password is remembered does not let whoever has to wait find it', async () => {
  const { users, authenticator, clock, logins } = house(3);
  const known = authenticator.check(CREDENTIALS, ADDRESS);
  users.end(true);
  assert.equal(await known, 'ada');
  const guesser = '198.51.100.9';
  for (let count = 0; count < 3; count += 1) {
    const wrong = authenticator.check(basic('ada', `wrong${count}`), guesser);
    users.end(false);
    assert.deepEqual(await wrong, UNAUTHORIZED);
  }
  const throttled = { kind: 'throttled', retryAfter: 500 };
  assert.deepEqual(await authenticator.check(basic('ada', 'wrong3'), guesser), throttled);
  assert.deepEqual(
    await authenticator.check(CREDENTIALS, guesser),
    throttled,
    'right and wrong look the same',
  );
  assert.equal(authenticator.check(CREDENTIALS, ADDRESS), 'ada');
  clock.time += 500;
  assert.equal(authenticator.check(CREDENTIALS, guesser), 'ada');
  assert.deepEqual(
    logins.filter(({ outcome }) => outcome === 'good').map(({ address }) => address),
    [ADDRESS, guesser],
    'the first use at another address is a login',
  );
});

test('whoever has to wait does not learn from a check of somebody else that is running', async () => {
  const { users, authenticator } = house(3);
  const guesser = '198.51.100.9';
  for (let count = 0; count < 3; count += 1) {
    const wrong = authenticator.check(basic('ada', `wrong${count}`), guesser);
    users.end(false);
    await wrong;
  }
  const good = authenticator.check(CREDENTIALS, ADDRESS);
  assert.deepEqual(await authenticator.check(CREDENTIALS, guesser), { kind: 'throttled', retryAfter: 500 });
  users.end(true);
  assert.equal(await good, 'ada');
});

test('a user who is known at an address gets in there with a remembered password, whoever guesses beside', async () => {
  const { users, authenticator } = house(3);
  for (const address of [ADDRESS, '192.0.2.2']) {
    const known = authenticator.check(CREDENTIALS, address);
    if (users.checks.length > 0) users.end(true);
    assert.equal(await known, 'ada');
  }
  for (let count = 0; count < 5; count += 1) {
    const wrong = authenticator.check(basic('ada', `wrong${count}`), '192.0.2.2');
    if (users.checks.length > 0) users.end(false);
    await wrong;
  }
  assert.equal(authenticator.check(CREDENTIALS, '192.0.2.2'), 'ada');
});

test('tries at the same time count, too', async () => {
  const { users, authenticator } = house(3);
  const verdicts = Array.from({ length: 10 }, (_, index) =>
    authenticator.check(basic('ada', `wrong${index}`), ADDRESS),
  );
  assert.equal(users.checks.length, 3);
  for (let count = 0; count < 3; count += 1) users.end(false);
  const kinds = (await Promise.all(verdicts)).map((verdict) =>
    typeof verdict === 'string' ? verdict : verdict.kind,
  );
  assert.deepEqual(kinds, [...Array(3).fill('unauthorized'), ...Array(7).fill('throttled')]);
});

test('a verdict that is too old is found out again', async () => {
  const { users, authenticator, clock } = house();
  const first = authenticator.check(CREDENTIALS, ADDRESS);
  users.end(true);
  await first;
  clock.time += 1_000;
  const second = authenticator.check(CREDENTIALS, ADDRESS);
  assert.ok(second instanceof Promise);
  users.end(true);
  assert.equal(await second, 'ada');
});

test('tokens go to whoever checks them, and are told of once for a user and an address', async () => {
  const granted = (way: Granted['way'], user: string): Granted => ({ kind: 'granted', way, user });
  const { users, authenticator, logins } = house(20, {
    v1Tokens: { check: () => granted('v1 token', 'ada') },
    bearer: { check: async () => granted('bearer', 'bob') },
    robots: {
      check: (user, password) => (password === 'dgt_right' ? granted('robot', `robot:${user}`) : undefined),
    },
  });
  for (let times = 0; times < 3; times += 1) {
    assert.deepEqual(authenticator.check('Token x', ADDRESS), granted('v1 token', 'ada'));
    assert.deepEqual(await authenticator.check('bearer x', ADDRESS), granted('bearer', 'bob'));
    assert.deepEqual(authenticator.check(basic('ci', 'dgt_right'), ADDRESS), granted('robot', 'robot:ci'));
  }
  assert.deepEqual(
    logins.map(({ user, way, outcome }) => [user, way, outcome]),
    [
      ['ada', 'v1 token', 'good'],
      ['bob', 'bearer', 'good'],
      ['robot:ci', 'robot', 'good'],
    ],
  );
  authenticator.check('Bearer x', '192.0.2.2');
  const other = authenticator.check(basic('ada', 'dgt_wrong'), ADDRESS);
  assert.equal(users.checks[0]?.password, 'dgt_wrong', 'what no robot has may still be a password');
  users.end(true);
  assert.equal(await other, 'ada');
  assert.equal(logins.length, 5);
});

test('logins are told of: the good ones that were checked, and every bad one', async () => {
  const { users, authenticator, logins } = house(1);
  const good = authenticator.checkPassword('ada', 'secret', ADDRESS);
  users.end(true);
  await good;
  authenticator.checkPassword('ada', 'secret', ADDRESS);
  const bad = authenticator.checkPassword('eve', 'wrong', ADDRESS);
  users.end(false);
  await bad;
  authenticator.checkPassword('eve', 'wrong', ADDRESS);
  await authenticator.checkPassword('eve', 'other', ADDRESS);
  const overloaded = authenticator.checkPassword('bob', 'secret', '192.0.2.9');
  users.end(new Error('too many checks wait'));
  await overloaded;
  assert.deepEqual(
    logins.map(({ user, outcome, way }) => `${user} ${outcome} ${way}`),
    [
      'ada good password',
      'eve bad password',
      'eve bad password',
      'eve throttled password',
      'bob overloaded password',
    ],
  );
});

test('a user who has been good at an address gets in there however many guess, there and elsewhere', async () => {
  const { users, authenticator } = house(3);
  const known = authenticator.check(CREDENTIALS, ADDRESS);
  users.end(true);
  await known;
  authenticator.forget();
  for (let index = 0; index < 200; index += 1) {
    const address = `198.51.100.${index}`;
    if (
      authenticator.check(basic('ada', `wrong${index}`), address) instanceof Promise &&
      users.checks.length > 0
    )
      users.end(false);
  }
  for (let index = 0; index < 10; index += 1) {
    authenticator.check(basic(`user${index}`, 'wrong'), ADDRESS);
    if (users.checks.length > 0) users.end(false);
  }
  const after = authenticator.check(CREDENTIALS, ADDRESS);
  users.end(true);
  assert.equal(await after, 'ada');
});
