import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dummies } from '../../src/htpasswd/dummy.js';
import { type Entry, parseHash } from '../../src/htpasswd/index.js';

const KEY = new Uint8Array(32).fill(7);
const NAMES = Array.from({ length: 4_000 }, (_, index) => `nobody${index}`);

function users(...kinds: readonly (readonly [text: string, count: number])[]): Entry[] {
  return kinds.flatMap(([text, count]) =>
    Array.from({ length: count }, (_, index) => ({
      name: `${text}${index}`,
      hash: parseHash(text),
      line: 1,
    })),
  );
}

const bcrypt = (cost: string): string => `$2y$${cost}$${'.'.repeat(53)}`;
const APR1 = `$apr1$saltsalt$${'.'.repeat(22)}`;

function kindsOf(dummies: Dummies, key = KEY): string[] {
  return NAMES.map((name) => {
    const { scheme, cost } = dummies.of(name, key);
    return `${scheme} ${cost}`;
  });
}

test('unknown names have each scheme and cost about as often as the users have it', () => {
  const kinds = kindsOf(new Dummies(users([bcrypt('05'), 1], [bcrypt('08'), 2], [APR1, 5])));
  const share = (kind: string): number => kinds.filter((each) => each === kind).length / NAMES.length;
  // The key is fixed, so these are always the same numbers; the bounds are five standard deviations.
  assert.ok(Math.abs(share('bcrypt 5') - 1 / 8) < 0.027, `${share('bcrypt 5')}`);
  assert.ok(Math.abs(share('bcrypt 8') - 2 / 8) < 0.035, `${share('bcrypt 8')}`);
  assert.ok(Math.abs(share('apr1 1000') - 5 / 8) < 0.039, `${share('apr1 1000')}`);
});

test('a name keeps its kind in every process with the same key, and nobody knows it without', () => {
  const file = users([bcrypt('05'), 3], [APR1, 3]);
  const kinds = kindsOf(new Dummies(file));
  assert.deepEqual(kindsOf(new Dummies([...file].reverse())), kinds);
  const others = kindsOf(new Dummies(file), new Uint8Array(32).fill(8));
  const same = kinds.filter((kind, index) => kind === others[index]).length / NAMES.length;
  assert.ok(Math.abs(same - 0.5) < 0.04, `${same}`);
});

test('when users come, few names change their kind', () => {
  const before = kindsOf(new Dummies(users([bcrypt('05'), 50], [APR1, 50])));
  const after = kindsOf(new Dummies(users([bcrypt('05'), 51], [APR1, 50])));
  const changed = before.filter((kind, index) => kind !== after[index]);
  assert.ok(changed.length < NAMES.length / 50, `${changed.length}`);
  assert.deepEqual(new Set(changed), new Set(['apr1 1000']), 'only towards the kind that has become more');
});

test('a file without users, and one of a thousand costs, have dummies', () => {
  assert.equal(new Dummies([]).of('eve', KEY).scheme, 'sha1');
  const many = Array.from(
    { length: 1_000 },
    (_, index) => [`$6$rounds=${1_000 + index}$salt$${'.'.repeat(86)}`, 1] as const,
  );
  const kinds = new Set(kindsOf(new Dummies(users(...many))));
  assert.ok(kinds.size > 32 && kinds.size <= 64, `${kinds.size}`);
});
