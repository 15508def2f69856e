import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldedFields, rawFields } from '../../../src/registry/bridge/raw-fields.js';
import { seededRandom } from '../../harness/seeded-random.js';

test('values are taken as they are written', () => {
  const text =
    ' { "a" : 18446744073709551615 ,"b\\"}":{"c":["}",{"d":"\\\\"}]},"e":1.50 , "__proto__":null} ';
  assert.deepEqual(rawFields(text), [
    { name: 'a', raw: '18446744073709551615' },
    { name: 'b"}', raw: '{"c":["}",{"d":"\\\\"}]}' },
    { name: 'e', raw: '1.50' },
    { name: '__proto__', raw: 'null' },
  ]);
  assert.deepEqual(rawFields('{}'), []);
  assert.deepEqual(rawFields('{ }'), []);
});

test('names are one without regard to case, the last of several counts, and null does not', () => {
  const fields = foldedFields('{"Created":"1","CREATED":"2","os":"linux","OS":null}');
  assert.deepEqual(
    [...fields],
    [
      ['created', '"2"'],
      ['os', '"linux"'],
    ],
  );
});

test('objects put together from their fields are what they were', (t) => {
  const below = seededRandom(t);
  const signs = ['"', '\\', '{', '}', '[', ']', ',', ':', ' ', 'x', '\u00e9', '\n'];
  const word = (): string => Array.from({ length: below(6) }, () => signs[below(signs.length)]).join('');
  const value = (depth: number): unknown => {
    const kind = below(depth > 3 ? 3 : 5);
    if (kind === 0) return word();
    if (kind === 1) return below(1000) / 8;
    if (kind === 2) return below(2) === 0;
    const values = Array.from({ length: below(4) }, () => value(depth + 1));
    return kind === 3 ? values : Object.fromEntries(values.map((each) => [word(), each]));
  };
  for (let round = 0; round < 500; round += 1) {
    const object = Object.fromEntries(Array.from({ length: below(6) }, () => [word(), value(0)]));
    const fields = rawFields(JSON.stringify(object, undefined, below(3)));
    assert.deepEqual(Object.fromEntries(fields.map(({ name, raw }) => [name, JSON.parse(raw)])), object);
  }
});
