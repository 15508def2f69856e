// biome-ignore-all lint/suspicious/noTemplateCurlyInString: operators write it so.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameInPatterns } from '../../src/access/compiled-rule.js';
import { Pattern } from '../../src/access/pattern.js';
import { PatternIndex } from '../../src/access/pattern-index.js';
import { PatternSegment, type SegmentText } from '../../src/access/pattern-segment.js';
import { seededRandom } from '../harness/seeded-random.js';
import { matchesNaively, randomName, randomPattern } from './patterns.js';

const matching = (pattern: string, names: readonly string[], user?: string): string[] =>
  names.filter((name) => new Pattern(pattern).matches(name, user));

test('a star stays within a segment, and two stars are segments', () => {
  const names = ['team', 'team/a', 'team/a/b', 'team/a/base', 'x/base', 'base', 'steam/a'];
  assert.deepEqual(matching('team/*', names), ['team/a']);
  assert.deepEqual(matching('team/**', names), ['team/a', 'team/a/b', 'team/a/base']);
  assert.deepEqual(matching('*/base', names), ['x/base']);
  assert.deepEqual(matching('**/base', names), ['team/a/base', 'x/base', 'base']);
  assert.deepEqual(matching('team/**/b*', names), ['team/a/b', 'team/a/base']);
  assert.deepEqual(matching('**', names), names);
  assert.deepEqual(matching('*', names), ['team', 'base']);
  assert.deepEqual(
    matching('**/*/**', names),
    names.filter((name) => name.includes('/')),
  );
  assert.deepEqual(matching('t*m', names), ['team']);
  assert.deepEqual(matching('team', names), ['team']);
});

test('what is no pattern is refused with what is wrong about it', () => {
  for (const [text, message] of [
    ['', /empty part/],
    ['/a', /empty part/],
    ['a/', /empty part/],
    ['a//b', /empty part/],
    ['a**', /whole part/],
    ['**a/b', /whole part/],
    ['***', /whole part/],
    ['a/../b', /dots only/],
    ['a/./b', /dots only/],
    ['**/a/**/b/**/c/**', /3 times at most/],
    ['a'.repeat(256), /longer than 255/],
    ['[ab]', /may hold/],
    ['a?', /may hold/],
    ['(a|b)', /may hold/],
    ['a b', /may hold/],
    ['${USER}', /may hold/],
    ['${user', /may hold/],
    ['$user', /may hold/],
    ['a\\*', /may hold/],
    ['a%2fb', /may hold/],
    ['\u202eabc', /may hold/],
  ] as const) {
    assert.throws(() => new Pattern(text), { name: 'RangeError', message }, text);
  }
});

test('a pattern for everything is known as one', () => {
  for (const text of ['**', '**/*', '**/**', '**/**/**', '**/**/*']) {
    assert.ok(new Pattern(text).isUniversal, text);
    for (const name of ['a', 'a/b', 'a/b/c']) assert.ok(matchesNaively(text, name, undefined), text);
  }
  for (const text of ['*', '*/**', '**/*/**', 'a/**', '**/a', '**/${user}', '*/*']) {
    assert.ok(!new Pattern(text).isUniversal, text);
  }
});

test('a name stands for itself in a pattern, and only a name that a repository can have', () => {
  for (const user of [
    '*',
    '**',
    'a/b',
    '${user}',
    'robot:ci',
    '',
    '.',
    '..',
    'A',
    'a\u0000',
    '\u202ea',
    'a*',
    'a b',
  ]) {
    assert.equal(nameInPatterns(user), undefined, JSON.stringify(user));
  }
  assert.equal(nameInPatterns(undefined), undefined);
  assert.equal(nameInPatterns('al.ice-2'), 'al.ice-2');
  const names = ['alice/x', 'alice/x/y', 'bob/x', 'home-alice/x', 'alice-alice/x', '${user}/x', 'alicia/x'];
  assert.deepEqual(matching('${user}/**', names, 'alice'), ['alice/x', 'alice/x/y']);
  assert.deepEqual(matching('*-${user}/*', names, 'alice'), ['home-alice/x', 'alice-alice/x']);
  assert.deepEqual(matching('${user}-${user}/*', names, 'alice'), ['alice-alice/x']);
  assert.deepEqual(matching('${user}/**', names, undefined), []);
  // Even if such a name came this far it would be text.
  for (const user of ['*', '**', 'ali*', '${user}']) {
    assert.deepEqual(
      matching('${user}/x', names, user),
      names.filter((name) => name === `${user}/x`),
    );
    assert.deepEqual(
      matching('*${user}/x', names, user),
      names.filter((name) => name === `${user}/x`),
    );
  }
});

test('each piece of a pattern is looked for once, however the text tempts to go back', () => {
  let searches = 0;
  const counted = (text: string): SegmentText => ({
    length: text.length,
    startsWith: (part: string) => text.startsWith(part),
    endsWith: (part: string) => text.endsWith(part),
    indexOf: (part: string, from?: number) => {
      searches += 1;
      return text.indexOf(part, from);
    },
  });
  for (const [pattern, text, expected] of [
    ['*a*a*a*a*a*a*a*a*b', 'a'.repeat(255), false],
    ['*a*a*a*a*a*a*a*a*b', `${'a'.repeat(254)}b`, true],
    [`${'*a'.repeat(127)}*`, 'a'.repeat(126), false],
    [`${'*a'.repeat(127)}*`, 'a'.repeat(255), true],
    ['*ab*ab*ab*ba*c*', 'ab'.repeat(127), false],
  ] as const) {
    searches = 0;
    assert.equal(new PatternSegment(pattern).matches(counted(text), undefined), expected, pattern);
    assert.ok(searches <= pattern.split('*').length, `${searches} searches for ${pattern}`);
  }
});

test('patterns match as another matcher says, alone and in an index', (context) => {
  const below = seededRandom(context);
  const hits = new Set<boolean>();
  for (let round = 0; round < 60; round += 1) {
    const texts = Array.from({ length: 40 }, () => randomPattern(below));
    const index = new PatternIndex<{ text: string }>();
    for (const text of texts) index.add(new Pattern(text), () => ({ text }));
    for (let count = 0; count < 40; count += 1) {
      const name = randomName(below);
      const user = [undefined, 'a', 'ab', 'b'][below(4)];
      const found = new Set<string>();
      index.find(name.split('/'), user, ({ text }) => found.add(text));
      for (const text of texts) {
        const expected = matchesNaively(text, name, user);
        hits.add(expected);
        assert.equal(new Pattern(text).matches(name, user), expected, `${text} on ${name} for ${user}`);
        assert.equal(found.has(text), expected, `${text} on ${name} for ${user}, in an index`);
      }
    }
  }
  assert.equal(hits.size, 2);
});

test('an index visits a pattern no more than once a segment, whatever the name', () => {
  const index = new PatternIndex<string>();
  for (const text of ['**', '**/a/**', '**/*/**/*/**', '**/a/**/a/**', '**/b', '**/*a*/**/*a*']) {
    index.add(new Pattern(text), () => text);
  }
  const name = Array.from({ length: 128 }, () => 'a').join('/');
  const visits = new Map<string, number>();
  index.find(name.split('/'), undefined, (text) => visits.set(text, (visits.get(text) ?? 0) + 1));
  assert.ok(visits.size >= 4);
  for (const [text, count] of visits) assert.ok(count <= 128, `${text}: ${count}`);
});
