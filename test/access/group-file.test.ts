import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LARGEST_FILE, parseGroups } from '../../src/access/group-file.js';
import { Groups, unknownMembers } from '../../src/access/groups.js';
import { formatProblem } from '../../src/configuration/problem.js';

function read(text: string | Buffer): { groups: Record<string, string[]>; problems: string[] } {
  const { groups, problems } = parseGroups(Buffer.from(text), 'groups');
  return {
    groups: Object.fromEntries(
      Array.from(groups.values(), ({ name, members }) => [name, [...members.keys()]]),
    ),
    problems: problems.map(formatProblem),
  };
}

test('groups are read as Apache reads them', () => {
  const { groups, problems } = read(
    [
      '\ufeff# people',
      '',
      'team-a: alice bob',
      '  team-b :carol\tdave  ',
      'team-a: erin alice',
      'empty:',
      '   # a comment that goes on \\',
      'hidden: mallory',
      'long: one \\',
      '  two\\',
      'three "with space" \'and "more"\' "a\\"b"',
      'José: zoë',
    ].join('\r\n'),
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(groups, {
    'team-a': ['alice', 'bob', 'erin'],
    'team-b': ['carol', 'dave'],
    empty: [],
    long: ['one', 'twothree', 'with space', 'and "more"', 'a"b'],
    José: ['zoë'],
  });
});

test('members are known by the line that has them, also on lines that are joined', () => {
  const { groups } = parseGroups(
    Buffer.from('# one\nteam: alice \\\n bob \\\n\nteam: alice carol\n'),
    'groups',
  );
  assert.deepEqual(
    [...(groups.get('team')?.members ?? [])],
    [
      ['alice', 2],
      ['bob', 3],
      ['carol', 5],
    ],
  );
  assert.equal(groups.get('team')?.line, 2);
});

test('the groups of a user are found', () => {
  const { groups } = parseGroups(
    Buffer.from('a: alice\nb: bob alice\n__proto__: bob'.replace('__', 'x__')),
    'groups',
  );
  assert.deepEqual(groups.of('alice'), ['a', 'b']);
  assert.deepEqual(groups.of('constructor'), []);
  assert.deepEqual(Groups.none.of('alice'), []);
});

test('what cannot be is left out, and named with its line', () => {
  const { groups, problems } = read(
    [
      'no colon here',
      ': alice',
      'bad name: alice',
      '-x: alice',
      'good: alice a:b tab\u0007 \u202eevil zero\u200bwidth #x next\u0085line',
      `long: ${'x'.repeat(256)} ${'y'.repeat(255)}`,
      `${'g'.repeat(300)}: alice`,
      'quoted: ""',
    ].join('\n'),
  );
  assert.deepEqual(groups, { good: ['alice'], long: ['y'.repeat(255)], quoted: [] });
  assert.deepEqual(
    problems.map((problem) => problem.slice(0, 9)),
    [1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 6, 7, 8].map((line) => `groups:${line}:`),
  );
  for (const problem of problems) {
    assert.doesNotMatch(problem, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    assert.ok(problem.length < 300, problem);
  }
});

test('files that are too large or not text are refused as a whole', () => {
  assert.match(read(Buffer.alloc(LARGEST_FILE + 1, 'a: b\n')).problems.join(), /^groups: it has more than/);
  assert.match(
    read(Buffer.from([0x61, 0x3a, 0x20, 0xff])).problems.join(),
    /^groups: it is not valid UTF-8$/,
  );
});

test('no file has more than so many problems and members', () => {
  assert.equal(read('x\n'.repeat(10_000)).problems.length, 100);
  const users = Array.from({ length: 1_000 }, (_, count) => `u${count}`).join(' ');
  const { groups, problems } = read(
    Array.from({ length: 1_100 }, (_, count) => `g${count}: ${users}`).join('\n'),
  );
  assert.match(problems[0] ?? '', /^groups:1001: there are more than 1000000 members/);
  assert.equal(Object.values(groups).flat().length, 1_000_000);
});

test('a million backslashes and quotes are read in one go', () => {
  const { groups, problems } = read(
    `a: ${'\\\n'.repeat(200_000)}x\nb: ${`"`.repeat(200_000)}\nc: "${'\\"'.repeat(200_000)}`,
  );
  assert.deepEqual(groups['a'], ['x']);
  assert.equal(problems.length, 100);
});

test('members whom nobody knows are named, and the rest of many counted', () => {
  const { groups } = parseGroups(Buffer.from('a: alice nobody\nb: nobody bob'), 'groups');
  const known = new Set(['alice', 'bob']);
  const problems = unknownMembers(groups, 'groups', (user) => known.has(user));
  assert.deepEqual(problems.map(formatProblem), [
    'groups:1: the group "a" names "nobody", who is no user',
    'groups:2: the group "b" names "nobody", who is no user',
  ]);
  const users = Array.from({ length: 50 }, (_, count) => `u${count}`).join(' ');
  const many = unknownMembers(
    parseGroups(Buffer.from(`a: ${users}`), 'groups').groups,
    'groups',
    () => false,
  );
  assert.equal(many.length, 21);
  assert.match(many[20]?.message ?? '', /^30 more/);
});
