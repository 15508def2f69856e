import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inDirectory } from '../configuration/workspace.js';
import { runProgram } from '../harness/program.js';
import { check } from './check-command.js';

/** A block of the table. */
interface Mistake {
  readonly title: string;
  readonly yaml: string;
  readonly sentences: readonly string[];
}

const table = readFileSync(new URL('../../../test/cli/check-mistakes.txt', import.meta.url), 'utf8');
const mistakes = table
  .split('\n\n')
  .filter((block) => block.startsWith('# '))
  .map(readMistake);

function readMistake(block: string): Mistake {
  const [title = '', ...lines] = block.trimEnd().split('\n');
  const isSaid = (line: string): boolean => line.startsWith('> ');
  return {
    title: title.slice(2),
    yaml: `${lines.filter((line) => !isSaid(line)).join('\n')}\n`,
    sentences: lines.filter(isSaid).map((line) => line.slice(2)),
  };
}

function ending(count: number): string {
  return `The configuration has ${count} ${count === 1 ? 'problem' : 'problems'}.`;
}

test('The table has more than a hundred different files, each with a place in every sentence.', () => {
  assert.ok(mistakes.length > 100);
  assert.equal(new Set(mistakes.map(({ yaml }) => yaml)).size, mistakes.length);
  assert.equal(new Set(mistakes.map(({ title }) => title)).size, mistakes.length);
  for (const { title, sentences } of mistakes) {
    assert.ok(sentences.length > 0, title);
    for (const sentence of sentences) assert.match(sentence, /^dockgate\.yaml:\d+:\d+: .*[.?'"]$/);
  }
});

for (const { title, yaml, sentences } of mistakes) {
  test(`The broken file with ${title} gets what the table says.`, async () => {
    await inDirectory({ yaml }, async (directory) => {
      assert.deepEqual(await check(directory), {
        exitCode: 1,
        stdout: '',
        stderr: [...sentences, ending(sentences.length)].join('\n'),
      });
      assert.deepEqual(await readdir(directory), ['dockgate.yaml']);
    });
  });
}

test('serve refuses such a file with the same sentences, and makes nothing.', async () => {
  const mistake = mistakes.find(({ title }) => title === 'a mistake in each section');
  assert.ok(mistake !== undefined);
  const { yaml, sentences } = mistake;
  const program = fileURLToPath(new URL('../../../bin/dockgate.js', import.meta.url));
  await inDirectory({ yaml }, async (directory) => {
    const { code, stdout, stderr } = await runProgram(process.execPath, [program, 'serve'], { directory });
    assert.deepEqual([code, stdout, stderr], [2, '', `${sentences.join('\n')}\n`]);
    assert.deepEqual(await readdir(directory), ['dockgate.yaml']);
  });
});
