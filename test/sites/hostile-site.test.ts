import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../harness/seeded-random.js';
import * as apacheSites from './apache-sites.js';
import * as nginxSites from './nginx-sites.js';
import { tryImport } from './workshop.js';

const place = { port: 8443, registry: [5000, 5001], directory: '/etc/x' } as const;
const pieces = [
  '{',
  '}',
  ';',
  '"',
  "'",
  '\\',
  '$',
  '${',
  '#',
  '\n',
  ' ',
  '<',
  '>',
  '</Location>',
  '(a+)+$',
  '*',
  '::',
  '\u0000',
  '\u2028',
  'é',
  '=',
  '~ ^/v2/(',
  ':',
];

test('no site that was broken at random makes the import fail otherwise than with a sentence', async (t) => {
  const below = seededRandom(t);
  const all = [
    ...[nginxSites.published, nginxSites.publicReading, nginxSites.nasty].map(
      (make) => ['nginx', make(place)] as const,
    ),
    ...[apacheSites.required, apacheSites.old].map((make) => ['apache', make(place)] as const),
  ];
  for (let round = 0; round < 30; round += 1) {
    const [program, whole] = all[round % all.length] ?? ['nginx', ''];
    let text: string = whole;
    for (let change = below(4); change >= 0; change -= 1) {
      const at = below(text.length + 1);
      text = text.slice(0, at) + (pieces[below(pieces.length)] ?? '') + text.slice(at + below(3));
    }
    const { problems, value } = await tryImport(t, program, text);
    assert.ok(value !== undefined || problems.length > 0, text);
  }
});

test('files that are too large, too deep or mean too much come to an end', async (t) => {
  const many = (line: string, count: number): string => line.repeat(count);
  for (const [program, text] of [
    ['nginx', many('a;', 300_000)],
    ['nginx', many('location / {', 5_000)],
    ['nginx', `server { location ~ "^/v2/${many('(a|b)', 40)}/" { proxy_pass http://r:5000; } }`],
    ['nginx', `server { location ~ "^/v2/${many('(', 3_000)}" { proxy_pass http://r:5000; } }`],
    ['nginx', `server { location ~ "^/(${many('[^/]+', 200)})+$" { proxy_pass http://r:5000; } }`],
    ['nginx', `server { set $a 1; ${many('set $a $a$a;', 30)} location / { proxy_pass http://$a; } }`],
    ['apache', many('<Location />\n', 5_000)],
    ['apache', many('A\n', 300_000)],
    ['apache', `ServerName ${many('a\\\n', 100_000)}`],
  ] as const) {
    const { problems, value } = await tryImport(t, program, text);
    assert.ok(value !== undefined || problems.length > 0);
  }
});
