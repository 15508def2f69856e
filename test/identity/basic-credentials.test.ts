import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBasicCredentials } from '../../src/identity/basic-credentials.js';
import { seededRandom } from '../harness/seeded-random.js';

function encode(text: string | Buffer): string {
  return Buffer.from(text).toString('base64');
}

test('user and password are what stands before and after the first colon', () => {
  for (const [text, user, password] of [
    ['a:b', 'a', 'b'],
    ['a:b:c', 'a', 'b:c'],
    ['a::', 'a', ':'],
    ['a:', 'a', ''],
    ['a b: c ', 'a b', ' c '],
    ['\u00fcser:p\u00e4ss\u6f22', '\u00fcser', 'p\u00e4ss\u6f22'],
    ['a:b\0c', 'a', 'b\0c'],
    ['a:b\n', 'a', 'b\n'],
    ['\ufeffa:b', '\ufeffa', 'b'],
    ['__proto__:b', '__proto__', 'b'],
  ] as const) {
    assert.deepEqual(readBasicCredentials(`Basic ${encode(text)}`), { user, password });
  }
});

test('the scheme is read without regard to case, and white space around the credentials is dropped', () => {
  for (const prefix of ['Basic ', 'basic ', 'BASIC ', 'bAsIc ', 'Basic   ']) {
    assert.deepEqual(readBasicCredentials(prefix + encode('a:b')), { user: 'a', password: 'b' });
    assert.deepEqual(readBasicCredentials(`${prefix}${encode('a:b')} `), { user: 'a', password: 'b' });
  }
});

test('whatever is not whole and well-formed is nothing', () => {
  for (const value of [
    '',
    'Basic',
    'Basic ',
    'Basic  ',
    `Basic${encode('a:b')}`,
    `Basic\t${encode('a:b')}`,
    `Bearer ${encode('a:b')}`,
    `Basics ${encode('a:b')}`,
    encode('a:b'),
    `Basic ${encode('a:bc').replaceAll('=', '')}`,
    `Basic ${encode('a:b')}=`,
    `Basic ${encode('a:b')}====`,
    `Basic ${encode('a:bcd')}${encode('e')}x`,
    `Basic ${encode('a:bc').slice(0, 4)} ${encode('a:bc').slice(4)}`,
    `Basic ${encode('a:b')}, Basic ${encode('a:b')}`,
    'Basic YTo_',
    'Basic YTo-',
    'Basic !!!!',
    'Basic =',
    'Basic ====',
    `Basic ${encode('a')}`,
    `Basic ${encode(':b')}`,
    `Basic ${encode(':')}`,
    `Basic ${encode(Buffer.from([0x61, 0x3a, 0xff]))}`,
    `Basic ${encode(Buffer.from([0x61, 0xc0, 0x80, 0x3a, 0x62]))}`,
    `Basic ${encode(Buffer.from([0x61, 0x3a, 0xed, 0xa0, 0x80]))}`,
    `Basic ${encode(Buffer.from('\u00e4:b', 'latin1'))}`,
  ]) {
    assert.equal(readBasicCredentials(value), undefined, JSON.stringify(value));
  }
});

test('random bytes are read as a strict decoder reads them, and never throw', (t) => {
  const below = seededRandom(t);
  for (let round = 0; round < 20_000; round += 1) {
    const bytes = Buffer.from(Array.from({ length: below(12) }, () => (below(3) === 0 ? 0x3a : below(256))));
    const text = bytes.toString();
    const colon = text.indexOf(':');
    const expected =
      Buffer.from(text).equals(bytes) && colon > 0
        ? { user: text.slice(0, colon), password: text.slice(colon + 1) }
        : undefined;
    assert.deepEqual(readBasicCredentials(`Basic ${encode(bytes)}`), expected, bytes.toString('hex'));
  }
});
