import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '../../src/configuration/problem.js';
import type { Directive } from '../../src/sites/directive.js';
import { parseNginx } from '../../src/sites/nginx/syntax.js';
import { SiteSyntaxError } from '../../src/sites/syntax-error.js';

function read(text: string): unknown {
  const plain = ({ name, args, block }: Directive): unknown =>
    block === undefined ? [name, ...args] : [name, ...args, block.map(plain)];
  return parseNginx(text, 'site.conf', { directives: 0 }).map(plain);
}

function fault(text: string): string {
  try {
    parseNginx(text, 'site.conf', { directives: 0 });
  } catch (error) {
    assert.ok(error instanceof SiteSyntaxError);
    return formatProblem(error.problem);
  }
  return 'nothing';
}

test('words of nginx are read as nginx reads them', () => {
  assert.deepEqual(read('a b  c;#x;\nd;'), [['a', 'b', 'c'], ['d']]);
  assert.deepEqual(read(`a 'b "c' "d 'e";`), [['a', `b "c`, `d 'e`]]);
  assert.deepEqual(read('a b"c d\'e f#g;'), [['a', 'b"c', "d'e", 'f#g']]);
  assert.deepEqual(read('a "\\"" \\; \\{ ^x\\.y$ "\\t";'), [['a', '"', '\\;', '\\{', '^x\\.y$', '\t']]);
  const variable = ['$', '{b}'].join('');
  assert.deepEqual(read(`a ${variable}c x}y;`), [['a', `${variable}c`, 'x}y']]);
  assert.deepEqual(read('\ufeffa\r\nb;'), [['a', 'b']]);
  assert.deepEqual(read('a "";a;'), [['a', ''], ['a']]);
});

test('blocks of nginx are read with what is in them', () => {
  assert.deepEqual(read('server{listen 80;location / { }}'), [
    [
      'server',
      [
        ['listen', '80'],
        ['location', '/', []],
      ],
    ],
  ]);
  assert.deepEqual(read(`map $a $b { '' x; default y; server z; }`), [
    [
      'map',
      '$a',
      '$b',
      [
        ['', 'x'],
        ['default', 'y'],
        ['server', 'z'],
      ],
    ],
  ]);
  assert.deepEqual(read('if ($a ~ "{1}") { return 404; }'), [
    ['if', '($a', '~', '{1}', ')', [['return', '404']]],
  ]);
});

test('what is no configuration of nginx is told with its line and column', () => {
  assert.equal(fault('a;\n}'), 'site.conf:2:1: unexpected "}"');
  assert.equal(fault('a;\n  ;'), 'site.conf:2:3: unexpected ";"');
  assert.equal(fault('{'), 'site.conf:1:1: unexpected "{"');
  assert.equal(
    fault('server {\n listen 80\n}'),
    'site.conf:3:1: unexpected "}": the directive "listen" has no ";" at its end',
  );
  assert.equal(
    fault('server {\n listen 80\n server_name x;\n}'),
    'site.conf:3:2: invalid parameter "server_name": the directive "listen" before it has no ";" at its end',
  );
  assert.equal(fault('server {\n'), 'site.conf:2:1: unexpected end of file, expecting "}"');
  assert.equal(fault('a'), 'site.conf:1:2: unexpected end of file, expecting ";" or "}"');
  assert.equal(fault('a "b;'), 'site.conf:1:3: unexpected end of file, expecting "');
  assert.equal(fault('a "b"c;'), 'site.conf:1:6: unexpected "c" behind a quoted word');
  assert.equal(fault('http;'), 'site.conf:1:1: directive "http" has no opening "{"');
  assert.equal(fault('listen 80 { }'), 'site.conf:1:1: directive "listen" is not terminated by ";"');
  assert.match(fault(`${'a {'.repeat(1_000)}`), /nested too deeply/);
  assert.match(fault(`a${' b'.repeat(20_000)};`), /too many words/);
});
