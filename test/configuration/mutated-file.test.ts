import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Below, seededRandom } from '../harness/seeded-random.js';
import { fullFile } from './full-file.js';
import { problemsOf } from './workspace.js';

const ROUNDS = 100;
const SPLINTERS = [
  '',
  ' ',
  '\t',
  ':',
  ': ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  ',',
  '#',
  '"',
  "'",
  '*a',
  '&a ',
  '!b ',
  '|',
  '>',
  '%',
];
const VALUES = [
  'null',
  'true',
  '-1',
  '0',
  '1e999',
  '.nan',
  '"\\0"',
  '~',
  '[]',
  '{}',
  '[[]]',
  '2026-01-01',
  'x'.repeat(3000),
];

/** The text with a few of its parts changed, left out, said twice or exchanged. */
function mutate(text: string, below: Below): string {
  let lines = text.split('\n');
  for (let times = 1 + below(4); times > 0; times -= 1) {
    const at = below(lines.length);
    const line = lines[at] ?? '';
    const middle = below(line.length + 1);
    const splinter = SPLINTERS[below(SPLINTERS.length)] ?? '';
    const value = VALUES[below(VALUES.length)] ?? '';
    const ways = [
      () => [line.slice(0, middle) + splinter + line.slice(middle)],
      () => [line.slice(0, middle) + splinter + line.slice(middle + 1)],
      () => [line.replace(/:.*/, `: ${value}`)],
      () => [],
      () => [line, line],
      () => [` ${line}`],
      () => [lines[below(lines.length)] ?? ''],
      () => [line.slice(0, middle)],
    ];
    lines = lines.toSpliced(at, 1, ...(ways[below(ways.length)]?.() ?? []));
  }
  return lines.join('\n');
}

test('The full file with a few changes is a configuration, or gets sentences with places.', async (t) => {
  const below = seededRandom(t);
  for (let round = 0; round < ROUNDS; round += 1) {
    const yaml = mutate(fullFile, below);
    const problems = await problemsOf({ yaml }).catch((error: unknown) => {
      throw new Error(`This file was a crash:\n${yaml}`, { cause: error });
    });
    for (const problem of problems) assert.match(problem, /^dockgate\.yaml(?::\d+:\d+)?: \S.*\S$/);
  }
});
