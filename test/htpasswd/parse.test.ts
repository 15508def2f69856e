import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHtpasswd } from '../../src/htpasswd/parse.js';

const APR1 = '$apr1$Salz./09$qnwBFr4fJiUV4oBqXvZ4I/';
const BCRYPT = '$2y$05$abcdefghijklmnopqrstuu8.veTXNDPV2eEsdpKNczMw2otgh5LnK';
const SHA512 = `$6$saltsalt$${'a'.repeat(85)}1`;

function parse(text: string | Buffer) {
  const { entries, problems } = parseHtpasswd(Buffer.from(text), 'f');
  return {
    names: [...entries.keys()],
    entries,
    problems: problems.map(({ line, message }) => `${line}: ${message}`),
  };
}

test('a file has names, schemes, costs and line numbers', () => {
  const { entries, problems } = parse(`alice:${BCRYPT}\nbob:${APR1}\n`);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    [...entries.values()],
    [
      { name: 'alice', hash: { text: BCRYPT, scheme: 'bcrypt', cost: 5 }, line: 1 },
      { name: 'bob', hash: { text: APR1, scheme: 'apr1', cost: 1000 }, line: 2 },
    ],
  );
});

test('comments, blank lines and a third field say nothing', () => {
  const { names, problems } = parse(
    `# a comment: with a colon\n\n  \t\nalice:${APR1}:a remark:more\n#bob:${APR1}\n`,
  );
  assert.deepEqual([names, problems], [['alice'], []]);
});

test('CR LF, a byte order mark and a missing last line break change nothing', () => {
  const { entries, problems } = parse(`\ufeffalice:${APR1}\r\nbob:${APR1}\r\n\r\ncarol:${APR1}`);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    [...entries.values()].map(({ name, hash, line }) => [name, hash.text, line]),
    [
      ['alice', APR1, 1],
      ['bob', APR1, 2],
      ['carol', APR1, 4],
    ],
  );
});

test('an empty file has no users', () => {
  assert.deepEqual(parse('').names, []);
  assert.deepEqual(parse('\ufeff').names, []);
});

test('names that JavaScript knows are names like others', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
  const { entries, problems } = parse(names.map((name) => `${name}:${APR1}\n`).join(''));
  assert.deepEqual([[...entries.keys()], problems], [names, []]);
  assert.equal(entries.get('valueOf'), undefined);
});

test('names differ when their bytes differ', () => {
  const { names, problems } = parse(`M\u00fcller:${APR1}\nMu\u0308ller:${APR1}\nmüller:${APR1}\n`);
  assert.equal(names.length, 3);
  assert.deepEqual(problems, []);
});

test('the first of two lines of a name holds, and the second is a problem', () => {
  const { entries, problems } = parse(`alice:${APR1}\nbob:${APR1}\nalice:${BCRYPT}\n`);
  assert.equal(entries.get('alice')?.hash.scheme, 'apr1');
  assert.deepEqual(problems, ['3: user "alice" is already on line 1; this line is ignored']);
});

test('a later line of a name does not take the place of a refused one', () => {
  const { names, problems } = parse(`alice:{SHA}broken\nalice:${APR1}\n`);
  assert.deepEqual(names, []);
  assert.equal(problems.length, 2);
  const garbled = Buffer.concat([
    Buffer.from('alice:'),
    Buffer.from([0xff]),
    Buffer.from(`\nalice:${APR1}\n`),
  ]);
  assert.deepEqual([...parseHtpasswd(garbled, 'file').entries.keys()], []);
});

test('the password itself is never taken for a hash', () => {
  for (const text of [
    'secret',
    'secret password',
    '{PLAIN',
    '{plain}secret',
    '$7$abc',
    '$2x$05$abc',
    '$argon2id$v=19$x',
    '',
  ]) {
    const { names, problems } = parse(`alice:${text}\n`);
    assert.deepEqual(names, [], text);
    assert.equal(problems.length, 1);
    if (text.length > '{PLAIN}'.length)
      assert.ok(!problems[0]?.includes(text), 'the message holds the stored text');
  }
});

test('malformed hashes refuse their users, each with its line', () => {
  const malformed = [
    BCRYPT.slice(0, -1),
    `${BCRYPT}x`,
    BCRYPT.replace('$05$', '$03$'),
    BCRYPT.replace('$05$', '$5$'),
    BCRYPT.replace('uu8', 'uv8'),
    APR1.slice(0, -1),
    `${APR1} `,
    APR1.replace('Salz./09', 'Salz./09x'),
    `${APR1.slice(0, -1)}z`,
    '$1$$',
    SHA512.slice(0, -1),
    SHA512.replace('saltsalt', 'saltsaltsaltsalt1'),
    SHA512.replace('$6$', '$6$rounds=999$'),
    SHA512.replace('$6$', '$6$rounds=05000$'),
    SHA512.replace('$6$', '$6$rounds=$'),
    SHA512.replace('saltsalt', 'rounds=5000'),
    '{SHA}',
    '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g',
    '{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=',
    '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=x',
    'abFZSxKKdq5s1',
    'abFZSxKKdq5s',
    '{PLAIN}',
  ];
  const { names, problems } = parse(malformed.map((hash, index) => `u${index}:${hash}\n`).join(''));
  assert.deepEqual(names, []);
  assert.deepEqual(
    problems.map((problem) => Number.parseInt(problem, 10)),
    malformed.map((_, index) => index + 1),
  );
});

test('hashes that cost too much to check refuse their users', () => {
  const { names, problems } = parse(
    `a:${BCRYPT.replace('$05$', '$17$')}\nb:${BCRYPT.replace('$05$', '$16$')}\nc:${SHA512.replace('$6$', '$6$rounds=1000001$')}\nd:${SHA512.replace('$6$', '$6$rounds=1000000$')}\ne:${SHA512.replace('$6$', '$6$rounds=99999999999999999999$')}\n`,
  );
  assert.deepEqual(names, ['b', 'd']);
  assert.match(problems[0] ?? '', /^1: .*cost 17.*highest allowed \(16\)/);
  assert.match(problems[1] ?? '', /^3: .*1000001 rounds.*\(1000000\)/);
  assert.match(problems[2] ?? '', /^5: /);
});

test('lines that are no user lines are problems, and show nothing of what they hold', () => {
  const latin1 = Buffer.from(`M\u00fcller:${APR1}\n`, 'latin1');
  const lines = [`secret\n`, `:${APR1}\n`, `a\u0007b:${APR1}\n`, `${'x'.repeat(256)}:${APR1}\n`];
  const { names, problems } = parse(
    Buffer.concat([...lines.map((line) => Buffer.from(line)), latin1, Buffer.from(`z:${APR1}`)]),
  );
  assert.deepEqual(names, ['z']);
  assert.equal(problems.length, 5);
  assert.ok(!problems.join('').includes('secret'));
  assert.match(problems[4] ?? '', /^5: this line is not valid UTF-8/);
});

test('a name may have 255 bytes, blanks and signs', () => {
  const names = ['x'.repeat(255), ' a b ', 'a@b.example', '#'.padStart(2, 'a'), '密码'];
  assert.deepEqual(parse(names.map((name) => `${name}:${APR1}\n`).join('')).names, names);
});
