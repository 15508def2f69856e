import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from '../../src/cli/progress.js';
import { printable, printableJson } from '../../src/cli/registry/printable.js';
import { formatBytes } from '../../src/cli/registry/size.js';
import { Table } from '../../src/cli/registry/table.js';

const step = (done: number) => ({ label: 'verified', done, total: 2_000_000, unit: 'bytes' }) as const;

test('on a terminal a bar is drawn over itself, ten times a second at most', () => {
  const drawn: string[] = [];
  let now = 0;
  const progress = new Progress({ isTTY: true, columns: 80, write: (text) => drawn.push(text) }, () => now);
  for (now = 0; now < 1_000; now += 10) progress.update(step(now * 1_000));
  assert.equal(drawn.length, 10);
  assert.match(drawn[5] ?? '', /^\r\u001b\[2K\[######-{18}\] verified: 500\.0 kB of 2\.0 MB$/);
  progress.clear();
  progress.clear();
  assert.equal(drawn.length, 11);
  progress.update(step(1));
  assert.equal(drawn.length, 12, 'after a line was printed it comes back at once');
});

test('a bar never takes two lines', () => {
  const drawn: string[] = [];
  const progress = new Progress({ isTTY: true, columns: 20, write: (text) => drawn.push(text) });
  progress.update(step(1));
  assert.equal((drawn[0] ?? '').replace('\r\u001b[2K', '').length, 19);
});

test('elsewhere it is a plain line every few seconds, and nothing for short work', () => {
  const lines: string[] = [];
  let now = 0;
  const progress = new Progress({ write: (text) => lines.push(text) }, () => now);
  for (now = 0; now < 12_000; now += 100) progress.update({ label: 'found', done: now, unit: 'items' });
  progress.clear();
  assert.deepEqual(lines, ['found: 5000\n', 'found: 10000\n']);
});

test('text from a registry is shown without anything that acts on a terminal', () => {
  assert.equal(
    printable('a\u001b[2J\r\n\u009b\u202e\u{e0041}\ud800 \u00e4\u{1f600}'),
    'a\\u{1b}[2J\\u{d}\\u{a}\\u{9b}\\u{202e}\\u{e0041}\\u{d800} \u00e4\u{1f600}',
  );
  assert.equal(printable('x'.repeat(5_000)).length, 2_003);
  const value = { note: 'a\u009b\u202e\u{e0041}\u007f\n' };
  const json = printableJson(value, 2);
  assert.doesNotMatch(json, /[^\n\x20-\x7e]/);
  assert.deepEqual(JSON.parse(json), value);
});

test('sizes are short and round', () => {
  assert.deepEqual([0, 999, 1_000, 1_500, 999_949, 999_950, 20_300_000, 5e15].map(formatBytes), [
    '0 B',
    '999 B',
    '1.0 kB',
    '1.5 kB',
    '999.9 kB',
    '1.0 MB',
    '20.3 MB',
    '5.0 PB',
  ]);
});

test('a table of any length is printed as it comes', () => {
  const lines: string[] = [];
  const table = new Table((line) => lines.push(line), ['TAG', 'SIZE'], [1]);
  for (let index = 0; index < 1_000; index += 1) table.add([`t${index}`, String(index)]);
  assert.ok(lines.length >= 800);
  table.flush();
  assert.equal(lines.length, 1_001);
  assert.deepEqual([lines[0], lines[1], lines[200]], ['TAG   SIZE', 't0       0', 't199   199']);
});
