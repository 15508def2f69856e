import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { isExempt } from '../../src/access/exemption.js';
import { Failure } from '../../src/exchange/failure.js';
import { parseTarget } from '../../src/routing/target.js';
import { seededRandom } from '../harness/seeded-random.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** RFC 3986 §3.3 `pchar` without `%`, and the brackets that some clients leave as they are. */
const PATH_CHARACTERS = new Set(`${LETTERS}${LETTERS.toUpperCase()}0123456789-._~!$&'()*+,;=:@/[]`);
const QUERY_CHARACTERS = new Set([...PATH_CHARACTERS, '?', '%']);
const HIDDEN = new Set([
  ...' ./\\%\u007f',
  ...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)),
]);

/** What the parser has to do, written for reading and not for speed. */
function isAcceptable(raw: string): boolean {
  const [path = '', ...rest] = raw.split('?');
  for (const character of rest.join('?')) if (!QUERY_CHARACTERS.has(character)) return false;
  if (path[0] !== '/') return false;
  let plain = '';
  for (let index = 0; index < path.length; index += 1) {
    const character = path[index] ?? '';
    if (character === '%') {
      const hex = path.slice(index + 1, index + 3);
      if (hex.length !== 2 || ![...hex].every((digit) => '0123456789abcdefABCDEF'.includes(digit)))
        return false;
      if (HIDDEN.has(String.fromCharCode(Number.parseInt(hex, 16)))) return false;
      plain += 'x';
      index += 2;
    } else {
      if (!PATH_CHARACTERS.has(character)) return false;
      plain += character;
    }
  }
  const segments = plain.split('/').slice(1);
  const last = segments.pop();
  if (segments.includes('')) return false;
  return [...segments, last ?? ''].every((segment) => !['.', '..'].includes(segment.split(';')[0] ?? ''));
}

function accepts(raw: string): boolean {
  try {
    const target = parseTarget(raw);
    assert.equal(target.raw, raw);
    assert.equal(
      target.query === '' && !raw.includes('?') ? target.path : `${target.path}?${target.query}`,
      raw,
    );
    return true;
  } catch (thrown) {
    assert.ok(thrown instanceof Failure);
    assert.deepEqual([thrown.status, thrown.close], [400, true]);
    return false;
  }
}

const PIECES = [
  ...[
    '/',
    '/',
    '/',
    '//',
    '/./',
    '/../',
    '..',
    '.',
    '...',
    '.a',
    'a.',
    ';',
    '..;',
    '.;a=b',
    '?',
    '#',
    '\\',
    '%',
    '%4',
  ],
  ...[
    '%2e',
    '%2E',
    '%2f',
    '%2F',
    '%5c',
    '%25',
    '%00',
    '%20',
    '%0d%0a',
    '%7f',
    '%41',
    '%c3%a9',
    '%c0%ae',
    '%zz',
    '%u002e',
  ],
  ...[
    '_ping',
    '/_ping',
    '/v1/_ping',
    'v2',
    '/v2/',
    'a',
    'b-c',
    '~',
    '!',
    "'",
    '(',
    '*',
    '+',
    ',',
    '=',
    ':',
    '@',
    '[',
    ']',
  ],
  ...[
    '&',
    '$',
    '"',
    '<',
    '>',
    '^',
    '`',
    '{',
    '|',
    '}',
    ' ',
    '\t',
    '\0',
    '\r\n',
    '\u00e9',
    '\u007f',
    'http://',
    'sha256:0',
  ],
];

test('the parser accepts and refuses what a slow reference does, for random targets', (t) => {
  const below = seededRandom(t);
  let accepted = 0;
  for (let round = 0; round < 60_000; round += 1) {
    const start = below(8) === 0 ? '' : '/';
    const raw = start + Array.from({ length: below(7) }, () => PIECES[below(PIECES.length)]).join('');
    const expected = isAcceptable(raw);
    if (expected) accepted += 1;
    assert.equal(accepts(raw), expected, JSON.stringify(raw));
  }
  assert.ok(accepted > 1_000, `${accepted} targets were acceptable`);
});

test('an accepted path means the same to every reader: none of them would rewrite it', (t) => {
  const below = seededRandom(t);
  for (let round = 0; round < 60_000; round += 1) {
    const raw = `/${Array.from({ length: below(6) }, () => PIECES[below(PIECES.length)]).join('')}`;
    if (!accepts(raw)) continue;
    const { path } = parseTarget(raw);
    assert.equal(posix.normalize(path), path);
    assert.equal(new URL(`https://localhost${raw}`).pathname, path);
    const decoded = path.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    assert.equal(posix.normalize(decoded), decoded);
    assert.equal(decoded.split('/').length, path.split('/').length);
    if (isExempt('GET', path)) assert.match(raw, /^(?:\/v1)?\/_ping(?:\?|$)/);
  }
});

test('targets that clients of a registry send are accepted as they are', () => {
  for (const raw of [
    '/',
    '/_ping',
    '/v1/_ping',
    '/v2',
    '/v2/',
    '/v2/_catalog?n=100&last=a%2Fb',
    '/v2/library/hello-world/manifests/latest',
    '/v2/a/b/c__d/e.f-g/blobs/sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '/v2/a/blobs/sha256%3Ae3b0',
    '/v2/a/blobs/uploads/?mount=sha256:abc&from=library/b',
    '/v2/a/blobs/uploads/1-2-3?_state=abc_-%3D%3D&digest=sha256%3Aabc',
    '/v2/a/tags/list?n=10&last=1..2/../3//4',
    '/v1/repositories/a%C3%A9b/images',
    '/v1/search?q=hello+world',
    '/v2/a/manifests/v1..2',
    '/v2/a/manifests/.hidden',
    '/v2/?',
    '/v2/?a?b',
  ]) {
    assert.ok(accepts(raw), raw);
  }
});

test('only GET and HEAD of the two pings need no password', () => {
  for (const path of ['/_ping', '/v1/_ping']) {
    for (const method of ['GET', 'HEAD']) assert.equal(isExempt(method, path), true);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'get', ''])
      assert.equal(isExempt(method, path), false);
  }
  for (const path of ['/', '/_ping/', '/_pingx', '/_PING', '/v2/_ping', '/v1/_ping/', '/v1/_ping/x', '']) {
    assert.equal(isExempt('GET', path), false, path);
  }
});
