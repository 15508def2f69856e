import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parseHash } from '../../src/htpasswd/entry.js';
import { hashBcrypt } from '../../src/htpasswd/scheme/bcrypt.js';
import { hashApr1 } from '../../src/htpasswd/scheme/md5-crypt.js';
import type { SchemeName } from '../../src/htpasswd/scheme/scheme.js';
import { SCHEMES, schemeOf } from '../../src/htpasswd/scheme/schemes.js';
import { sha256Crypt, sha512Crypt } from '../../src/htpasswd/scheme/sha-crypt.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { seeded } from './seeded.js';

/** Lengths around which the algorithms change what they do, and some between. */
const LENGTHS = [
  0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 71, 72, 73, 96, 127, 128, 129, 192, 200,
];

function isRight(text: string, password: Uint8Array): boolean {
  const hash = parseHash(text);
  return schemeOf(hash.scheme).verify(text, password);
}

/** What the system's crypt(3) makes of each password under each setting, in one run of perl. */
async function crypt(questions: readonly (readonly [Buffer, string])[]): Promise<string[]> {
  const script =
    'while (<STDIN>) { chomp; my ($p, $s) = split / /; print crypt(pack("H*", $p), $s) // "", "\\n" }';
  const input = questions.map(([password, setting]) => `${password.toString('hex')} ${setting}\n`).join('');
  const { stdout } = await runProgram('perl', ['-e', script], { input });
  return stdout.split('\n').slice(0, questions.length);
}

test(
  'every hash of the system crypt(3) is verified as crypt(3) does',
  requireProgram('perl', 'perl'),
  async (t) => {
    const random = seeded(t);
    const settings = ['ab', './', 'zZ', '9a', '$1$', '$1$salt', '$1$saltsalt', '$5$s', '$5$saltsaltsaltsalt'];
    settings.push(
      '$5$rounds=1000$abc',
      '$6$s',
      '$6$saltsaltsaltsalt',
      '$6$rounds=1777$abcd',
      '$2y$04$abcdefghijklmnopqrstuu',
    );
    settings.push('$2a$04$......................', '$2b$05$abcdefghijklmnopqrstuu');
    const passwords = LENGTHS.flatMap((length) => [random.bytes(length), Buffer.from(random.text(length))]);
    const questions = passwords.flatMap((password) =>
      settings.map((setting) => [password, setting] as const),
    );
    const hashes = await crypt(questions);
    let checked = 0;
    for (const [index, [password, setting]] of questions.entries()) {
      const hash = hashes[index] ?? '';
      // A crypt(3) without this algorithm answers with something that does not begin with the setting.
      if (!hash.startsWith(setting)) continue;
      checked += 1;
      assert.ok(isRight(hash, password), `${setting} ${password.toString('hex')} ${hash}`);
      assert.ok(
        !isRight(hash, Buffer.concat([Buffer.from('!'), password])),
        `${hash} takes a wrong password`,
      );
    }
    assert.ok(checked > 200, `only ${checked} hashes were checked`);
  },
);

test('crypt(3) agrees with the hashes that are made here', requireProgram('perl', 'perl'), async (t) => {
  const random = seeded(t);
  const questions = LENGTHS.filter((length) => length > 0).flatMap((length) => {
    const password = Buffer.from(random.text(length));
    const hashes = [
      hashBcrypt(password, 4),
      sha256Crypt.hash(password, 1000),
      sha512Crypt.hash(password, 5000),
    ];
    return hashes.map((hash) => [password, hash] as const);
  });
  const answers = await crypt(questions);
  assert.deepEqual(
    answers,
    questions.map(([, hash]) => hash),
  );
});

test('openssl passwd agrees in both directions', requireProgram('openssl', 'openssl'), async (t) => {
  const random = seeded(t);
  for (const flag of ['-apr1', '-1', '-5', '-6']) {
    // openssl cannot hash an empty password with SHA-crypt.
    const passwords = LENGTHS.filter((length) => length > 0).map((length) => random.text(length));
    const { stdout } = await runProgram('openssl', ['passwd', flag, '-stdin', '-salt', 'Salz./09'], {
      input: passwords.map((password) => `${password}\n`).join(''),
    });
    for (const [index, hash] of stdout.trimEnd().split('\n').entries()) {
      assert.ok(isRight(hash, Buffer.from(passwords[index] ?? '')), `${flag} ${passwords[index]}`);
    }
  }
  const made = hashApr1(Buffer.from('geheim'));
  const salt = made.split('$')[2] ?? '';
  const { stdout } = await runProgram('openssl', ['passwd', '-apr1', '-salt', salt, 'geheim']);
  assert.equal(stdout.trim(), made);
});

test('what htpasswd writes is verified', requireProgram('htpasswd', 'apache2-utils'), async (t) => {
  const random = seeded(t);
  const forms: readonly (readonly [SchemeName, readonly string[]])[] = [
    ['apr1', ['-m']],
    ['bcrypt', ['-B', '-C', '4']],
    ['sha1', ['-s']],
    ['des', ['-d']],
    ['sha256', ['-2']],
    ['sha512', ['-5', '-r', '2000']],
  ];
  for (const [scheme, flags] of forms) {
    for (const length of [1, 8, 16, 32, 64, 72]) {
      const password = random.text(length);
      const { code, stdout } = await runProgram('htpasswd', ['-nb', ...flags, 'u', password]);
      // Builds without SHA-2 crypt say so by their code.
      if (code !== 0) continue;
      const hash = stdout.trim().slice('u:'.length);
      assert.equal(parseHash(hash).scheme, scheme);
      assert.ok(isRight(hash, Buffer.from(password)), `${hash} ${password}`);
    }
  }
});

test('salted SHA-1 takes a salt of any length, and no digest without one', () => {
  for (const salt of ['x', 'saltsalt', 'a much longer salt, which LDAP servers may write']) {
    const digest = createHash('sha1').update('pässword').update(salt).digest();
    const text = `{SSHA}${Buffer.concat([digest, Buffer.from(salt)]).toString('base64')}`;
    assert.ok(isRight(text, Buffer.from('pässword')));
    assert.ok(!isRight(text, Buffer.from('passwort')));
  }
  const digest = createHash('sha1').update('x').digest('base64');
  assert.throws(() => parseHash(`{SSHA}${digest}`), /not a whole {SSHA} hash/);
});

test('a dummy has the scheme and cost that were asked for, and no password', () => {
  const costs: Readonly<Record<SchemeName, readonly number[]>> = {
    bcrypt: [4, 12, 16],
    sha256: [1000, 5000, 1_000_000],
    sha512: [1000, 5000, 1_000_000],
    apr1: [1000],
    md5: [1000],
    des: [25],
    sha1: [1],
    ssha: [1],
    plain: [1],
  };
  for (const scheme of SCHEMES) {
    for (const cost of costs[scheme.name]) {
      const text = scheme.dummy(cost);
      assert.deepEqual(parseHash(text), { text, scheme: scheme.name, cost });
      assert.notEqual(scheme.dummy(cost), text);
    }
  }
});

test('at most one scheme recognises a text', () => {
  for (const scheme of SCHEMES) {
    const text = scheme.dummy(scheme.name === 'bcrypt' ? 4 : 1000);
    assert.deepEqual(
      SCHEMES.filter((other) => other.recognises(text)),
      [scheme],
    );
  }
});
