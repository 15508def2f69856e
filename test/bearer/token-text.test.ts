import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasRepeatedMembers } from '../../src/bearer/repeated-members.js';
import { readTokenText, textOf } from '../../src/bearer/token-text.js';
import { type Below, seededRandom } from '../harness/seeded-random.js';
import { part } from './forgery.js';

const TEXTS = [
  'a',
  'b',
  'sub',
  '"',
  '\\',
  '\\"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '{"a":1,"a":2}',
  '',
  '\u2028',
  '😀',
];

/** A value without members that are there twice. */
function jsonValue(below: Below, depth: number): unknown {
  const kind = below(depth > 4 ? 3 : 6);
  if (kind === 0) return TEXTS[below(TEXTS.length)];
  if (kind === 1) return below(1_000) - 500;
  if (kind === 2) return [true, false, null][below(3)];
  const values = Array.from({ length: below(5) }, () => jsonValue(below, depth + 1));
  if (kind < 5) return values;
  return Object.fromEntries(values.map((value, index) => [`${index}${TEXTS[below(TEXTS.length)]}`, value]));
}

test('objects with a member twice are told from those without, whatever their texts hold', (t) => {
  const below = seededRandom(t);
  for (let times = 0; times < 5_000; times += 1) {
    const value = jsonValue(below, 0);
    const indent = below(3);
    const text = JSON.stringify({ x: value, y: [value] }, undefined, indent);
    assert.ok(!hasRepeatedMembers(text), text);
    const name = ['x', 'X', '\\u0078'][below(3)];
    const twice = text.replace('{', `{"${name}":${JSON.stringify(value, undefined, indent)},`);
    assert.doesNotThrow(() => JSON.parse(twice));
    assert.ok(hasRepeatedMembers(twice), twice);
    assert.ok(hasRepeatedMembers(`[[${twice}]]`));
    assert.ok(hasRepeatedMembers(`{"deep":{"deeper":${twice}}}`));
  }
});

test('whatever bytes come, reading ends, and no claim comes from a prototype', (t) => {
  const below = seededRandom(t);
  const good = `${part({ alg: 'ES256' })}.${part({ iss: 'dockgate' })}.AAAA`;
  assert.ok(readTokenText(good));
  for (let times = 0; times < 20_000; times += 1) {
    const bytes = Buffer.from(good, 'latin1');
    for (let changes = below(4) + 1; changes > 0; changes -= 1) bytes[below(bytes.length)] = below(256);
    const token = readTokenText(bytes.toString('latin1'));
    if (token === undefined) continue;
    for (const name of ['constructor', 'toString', '__proto__'])
      assert.equal(textOf(token.claims, name), undefined);
  }
  const odd = readTokenText(`${part('{}')}.${part('{"__proto__":{"iss":"dockgate"}}')}.AAAA`);
  assert.equal(odd === undefined ? undefined : textOf(odd.claims, 'iss'), undefined);
});
