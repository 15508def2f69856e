import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/exchange/failure.js';
import {
  fieldRecord,
  MAXIMUM_HEADER_LINES,
  type RequestHead,
  readRequestHead,
} from '../../src/http/request-head.js';

function read(lines: readonly (readonly [string, string])[], minorVersion = 1): RequestHead {
  return readRequestHead(
    [...(minorVersion === 1 ? [['Host', 'localhost'] as const] : []), ...lines].flat(),
    minorVersion,
  );
}

function assertRefused(lines: readonly (readonly [string, string])[], minorVersion = 1): void {
  assert.throws(
    () => read(lines, minorVersion),
    (thrown) => thrown instanceof Failure && thrown.status === 400 && thrown.close,
    JSON.stringify(lines),
  );
}

test('names are lowered, values and their order are kept', () => {
  const head = read([
    ['X-B', 'Two'],
    ['x-a', ''],
    ['X-B', 'three'],
  ]);
  assert.deepEqual(head.fields, ['host', 'localhost', 'x-b', 'Two', 'x-a', '', 'x-b', 'three']);
  assert.deepEqual({ ...fieldRecord(head.fields) }, { host: 'localhost', 'x-b': 'Two, three', 'x-a': '' });
});

test('the record of fields has no inherited names', () => {
  const record = fieldRecord(['constructor', 'a', '__proto__', 'b']);
  assert.equal(Object.getPrototypeOf(record), null);
  assert.equal(record['toString'], undefined);
  assert.deepEqual(Object.entries(record), [
    ['constructor', 'a'],
    ['__proto__', 'b'],
  ]);
});

test('names with anything but letters, digits and hyphens are left out', () => {
  const head = read([
    ['X_Real_IP', '6.6.6.6'],
    ['X.Forwarded.For', '6.6.6.6'],
    ['Content_Length', '5'],
    ['Transfer_Encoding', 'chunked'],
    ["X'", '1'],
    ['', '1'],
  ]);
  assert.deepEqual(head.fields, ['host', 'localhost']);
  assert.equal(head.hasBody, false);
});

test('one Host is needed in HTTP/1.1, and at most one is allowed at all', () => {
  assert.equal(read([]).host, 'localhost');
  assert.equal(read([], 0).host, undefined);
  assert.throws(() => readRequestHead([], 1), Failure);
  assertRefused([['host', 'localhost']]);
  assertRefused(
    [
      ['Host', 'a'],
      ['HOST', 'b'],
    ],
    0,
  );
});

test('a Host is a name or an address with an optional port, and stays as it was sent', () => {
  const good = [
    'localhost',
    'LocalHost:8443',
    '127.0.0.1:1',
    '[::1]',
    '[2001:db8::1]:65535',
    'my_registry',
    'a.b-c.',
    'a:',
  ];
  for (const host of good) assert.equal(readRequestHead(['Host', host], 1).host, host);
  const bad = [
    '',
    ' ',
    'a b',
    'a,b',
    'user@a',
    'a/b',
    'a?b',
    'a#b',
    'a\\b',
    'a:x',
    'a:1:2',
    '[::1',
    '::1',
    'a%41',
    'a:123456',
  ];
  for (const host of bad)
    assert.throws(() => readRequestHead(['Host', host], 1), Failure, JSON.stringify(host));
});

test('an Authorization that came twice is one that nobody can accept', () => {
  assert.equal(read([]).authorization, undefined);
  assert.equal(read([['AUTHORIZATION', 'Basic a']]).authorization, 'Basic a');
  assert.equal(
    read([
      ['Authorization', 'Basic a'],
      ['authorization', 'Basic a'],
      ['Authorization', 'Basic b'],
    ]).authorization,
    '',
  );
});

test('the options of all Connection lines are read together', () => {
  assert.deepEqual(read([]).connection, []);
  assert.deepEqual(
    read([
      ['Connection', 'Keep-Alive ,X-A'],
      ['connection', 'close'],
    ]).connection,
    ['keep-alive', 'x-a', 'close'],
  );
});

test('the body is known by its length or its chunks', () => {
  const shapes = [
    [[], false, undefined],
    [[['Content-Length', '0']], false, 0],
    [[['Content-Length', '5']], true, 5],
    [[['Content-Length', '007']], true, 7],
    [[['Content-Length', '999999999999999']], true, 999_999_999_999_999],
    [[['Transfer-Encoding', 'chunked']], true, undefined],
    [[['Transfer-Encoding', 'Chunked']], true, undefined],
  ] as const;
  for (const [lines, hasBody, contentLength] of shapes) {
    const head = read(lines);
    assert.deepEqual([head.hasBody, head.contentLength], [hasBody, contentLength], JSON.stringify(lines));
  }
});

test('a length that is not a plain number is refused', () => {
  for (const value of [
    '',
    ' ',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '0x1',
    '1,1',
    '1 1',
    'a',
    '\u0661',
    '9999999999999999',
  ]) {
    assertRefused([['Content-Length', value]]);
  }
});

test('a coding other than exactly chunked is refused', () => {
  for (const value of [
    '',
    'identity',
    'gzip',
    'gzip, chunked',
    'chunked, chunked',
    'chunked;a',
    'xchunked',
    'chunked,',
    '"chunked"',
  ]) {
    assertRefused([['Transfer-Encoding', value]]);
  }
});

test('framing that was sent twice, in two ways, or to HTTP/1.0 is refused', () => {
  const chunked = ['Transfer-Encoding', 'chunked'] as const;
  const length = ['Content-Length', '5'] as const;
  assertRefused([chunked, chunked]);
  assertRefused([chunked, ['transfer-encoding', 'identity']]);
  assertRefused([length, length]);
  assertRefused([length, ['content-length', '6']]);
  assertRefused([length, chunked]);
  assertRefused([chunked, length]);
  assertRefused([chunked, ['Content-Length', '0']]);
  assertRefused([chunked], 0);
});

test('header lines are counted before they are read', () => {
  const lines = (count: number): string[] => [
    'Host',
    'a',
    ...Array.from({ length: count - 1 }, () => ['X', '1']).flat(),
  ];
  assert.equal(readRequestHead(lines(MAXIMUM_HEADER_LINES), 1).fields.length, 2 * MAXIMUM_HEADER_LINES);
  assert.throws(() => readRequestHead(lines(MAXIMUM_HEADER_LINES + 1), 1), /more than 200 header lines/);
  // Also those that would be left out.
  const hidden = ['Host', 'a', ...Array.from({ length: 200 }, () => ['X_Y', '1']).flat()];
  assert.throws(() => readRequestHead(hidden, 1), /more than 200 header lines/);
});
