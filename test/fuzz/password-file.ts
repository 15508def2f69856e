import assert from 'node:assert/strict';
import { lines } from '../../src/htpasswd/lines.js';
import { parseHtpasswd } from '../../src/htpasswd/parse.js';
import type { FuzzTarget } from './fuzzing.js';

const HASHES = [
  '$2y$05$abcdefghijklmnopqrstuuYDyzr5pU6ZrbkIgqjJd6SmWMEOPKnUa',
  '$apr1$abcdefgh$ABCDEFGHIJKLMNOPQRSTU.',
  '$1$abcdefgh$ABCDEFGHIJKLMNOPQRSTU.',
  `$5$rounds=5000$saltsalt$${'a'.repeat(43)}`,
  `$6$saltsalt$${'a'.repeat(86)}`,
  '{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=',
  '{SSHA}qUqP5cyxm6YcTAhz05Hph5gvu9MAAAAA',
  'abJnggxhB/yWI',
  '{PLAIN}something',
];
const PIECES = [
  ...[
    ...HASHES,
    'user',
    'b\u00e9a',
    '__proto__',
    'constructor',
    '#',
    '# remark',
    ':',
    ':',
    '\n',
    '\r\n',
    '\r',
    ' ',
    '\t',
  ],
  ...[
    '\ufeff',
    '\0',
    '\x7f',
    '$2y$31$',
    '$2y$99$',
    'rounds=999999999',
    '$',
    '{SHA}',
    '=',
    'a'.repeat(300),
    '\u2028',
  ],
];

/** Where a line's user ends and what its first good name is, read once more with plain string functions. */
function firstLines(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [index, whole] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const line = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    const colon = line.indexOf(':');
    if (line.startsWith('#') || colon < 1) continue;
    const name = line.slice(0, colon);
    if (!found.has(name)) found.set(name, index + 1);
  }
  return found;
}

/** The parser of password files. */
export const target: FuzzTarget = {
  make(random) {
    const rows = Array.from({ length: random.below(6) }, (_, index) => {
      const name = random.oneIn(3) ? random.text(PIECES, 3) : `user${random.below(4)}`;
      const hash = random.oneIn(4) ? random.text(PIECES, 3) : random.pick(HASHES);
      const row = random.oneIn(20)
        ? random.repeated(PIECES)
        : `${name}:${hash}${random.oneIn(5) ? ':remark' : ''}`;
      return `${index === 0 && random.oneIn(8) ? '\ufeff' : ''}${row}${random.pick(['\n', '\n', '\r\n', ''])}`;
    });
    return random.damaged(Buffer.from(rows.join('')), PIECES);
  },
  check(input) {
    const parts = [...lines(input)].flatMap(({ lead, content, ending }) => [lead, content, ending]);
    // A file of a byte order mark alone has no lines, and nobody misses the mark.
    if (!input.equals(Buffer.from('\ufeff')))
      assert.ok(Buffer.concat(parts).equals(input), 'the lines put together are the file');
    const { entries, problems } = parseHtpasswd(input, 'file');
    const text = input.toString('utf8');
    const first = firstLines(text);
    const rows = text.replace(/^\ufeff/, '').split('\n');
    for (const [name, entry] of entries) {
      assert.equal(entry.name, name);
      assert.ok(
        name !== '' && !/[:\p{Cc}]/u.test(name) && Buffer.byteLength(name) <= 255,
        JSON.stringify(name),
      );
      if (!name.includes('\ufffd'))
        assert.equal(entry.line, first.get(name), `${JSON.stringify(name)} comes first there`);
      const row = rows[entry.line - 1]?.replace(/\r$/, '') ?? '';
      assert.equal(`${name}:${entry.hash.text}`, row.split(':').slice(0, 2).join(':'));
      assert.ok(Number.isFinite(entry.hash.cost) && entry.hash.cost <= 10_000_000, String(entry.hash.cost));
      const again = parseHtpasswd(Buffer.from(`#\n${name}:${entry.hash.text}:\n`), 'file');
      assert.deepEqual(again.entries.get(name), { ...entry, line: 2 });
    }
    for (const { message, line = 0 } of problems) {
      assert.ok(message.length < 2000);
      const hash = rows[line - 1]?.replace(/\r$/, '').split(':')[1] ?? '';
      const name = rows[line - 1]?.split(':')[0] ?? '';
      if (HASHES.includes(hash) && !name.includes(hash))
        assert.ok(!message.includes(hash), 'no message holds a hash');
    }
    return entries.size > 0;
  },
};
