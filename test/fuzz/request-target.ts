import assert from 'node:assert/strict';
import { parseTarget } from '../../src/routing/target.js';
import type { FuzzTarget } from './fuzzing.js';
import { orRefused } from './refusal.js';

const PIECES = [
  ...[
    '/',
    '/',
    '/',
    '.',
    '..',
    '/./',
    '/../',
    '//',
    '?',
    '#',
    ';',
    ';a=b',
    '..;',
    '.;',
    '&',
    '=',
    ':',
    '@',
    '+',
    ',',
  ],
  ...[
    '%2e',
    '%2E',
    '%2f',
    '%2F',
    '%5c',
    '%00',
    '%25',
    '%252e',
    '%',
    '%4',
    '%zz',
    '%c0%ae',
    '%e2%80%ae',
    '%7f',
    '%41',
  ],
  ...[
    'v2',
    'a',
    'Z',
    '0',
    '_ping',
    '~',
    '-',
    '_',
    '*',
    '!',
    '$',
    "'",
    '(',
    ')',
    '[',
    ']',
    '{',
    '|',
    '^',
    '`',
    '"',
    '<',
  ],
  ...['\\', ' ', '\t', '\0', '\r\n', '\x7f', '\u00e9', 'http://h', '\u2024', '\ud800'],
];

/** The same rules once more, read byte by byte without any regular expression. */
function isSafe(raw: string): boolean {
  const mark = raw.indexOf('?');
  const path = mark === -1 ? raw : raw.slice(0, mark);
  for (const character of raw) {
    const code = character.charCodeAt(0);
    if (code <= 0x20 || code >= 0x7f || '"#<>\\^`{|}'.includes(character)) return false;
  }
  if (!path.startsWith('/')) return false;
  const segments = path.slice(1).split('/');
  for (const [index, segment] of segments.entries()) {
    if (segment === '' && index < segments.length - 1) return false;
    const withoutParameters = segment.split(';')[0];
    if (withoutParameters === '.' || withoutParameters === '..') return false;
    for (const [place, part] of segment.split('%').entries()) {
      if (place === 0) continue;
      const hex = part.slice(0, 2).toLowerCase();
      if (hex.length < 2 || [...hex].some((digit) => !'0123456789abcdef'.includes(digit))) return false;
      const byte = Number.parseInt(hex, 16);
      if (byte <= 0x20 || byte === 0x7f || './\\%'.includes(String.fromCharCode(byte))) return false;
    }
  }
  return true;
}

/** The parser of request targets (RFC 9112 §3.2.1). */
export const target: FuzzTarget = {
  make(random) {
    if (random.oneIn(20)) return Buffer.from(`/${random.repeated(PIECES)}${random.pick(PIECES)}`);
    const plain = `/${random.text(['a', 'v2', '/', '-b', '_c', '0', '?n=1', '%41'], 6)}`;
    const text = random.oneIn(3) ? plain : `${random.oneIn(5) ? '' : '/'}${random.text(PIECES, 8)}`;
    return random.oneIn(2) ? random.damaged(Buffer.from(text), PIECES) : Buffer.from(text);
  },
  check(input) {
    const raw = input.toString('utf8');
    const parsed = orRefused(() => parseTarget(raw));
    assert.equal(parsed !== undefined, isSafe(raw), 'a second reading of the rules says otherwise');
    if (parsed === undefined) return false;
    const { path, query } = parsed;
    assert.equal(parsed.raw, raw);
    assert.ok(raw === path || raw === `${path}?${query}`);
    // What browsers and the libraries of clients make of it, so that no step of theirs leads elsewhere.
    const url = new URL(raw, 'http://host');
    assert.equal(url.host, 'host');
    assert.equal(url.pathname, path);
    assert.equal(url.search, query === '' ? '' : `?${query.replaceAll("'", '%27')}`);
    assert.deepEqual(parseTarget(raw), parsed);
    return true;
  },
};
