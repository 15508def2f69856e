import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

/** Families of the checklist, with the number of the last row of each. */
const FAMILIES = { G: 9, E: 1, P: 11, B: 21, M: 10, T: 7, R: 13, D: 8 };

function rowsOfTable(): Map<string, string> {
  const text = readFileSync('docs/oci.md', 'utf8');
  const rows = [...text.matchAll(/^\| ([GEPBMTRD]\d+) \|.*\| ([^|]+) \|$/gm)];
  assert.equal(new Set(rows.map(([, row]) => row)).size, rows.length, 'a row is there twice');
  return new Map(rows.map(([, row = '', title = '']) => [row, title]));
}

function titles(): Set<string> {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join('test', file), 'utf8'));
  return new Set(
    sources.flatMap((text) =>
      [...text.matchAll(/^\s*test\(\s*'([^'\n]+)'/gm)].map(([, title = '']) => title),
    ),
  );
}

test('the table of the specification has every row, and each names a test that there is', () => {
  const rows = rowsOfTable();
  const known = titles();
  for (const [family, last] of Object.entries(FAMILIES)) {
    for (let number = 1; number <= last; number += 1) {
      const row = `${family}${number}`;
      const title = rows.get(row);
      assert.ok(title?.startsWith(`${row}: `) === true, `docs/oci.md has no row ${row} that names a test`);
      assert.ok(title !== undefined && known.has(title), `there is no test of the title: ${title}`);
      rows.delete(row);
    }
  }
  assert.deepEqual([...rows.keys()], []);
});
