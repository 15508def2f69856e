import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf } from './workspace.js';

/** A test for every row: the content of `dockgate.yaml`, and the sentences it gets, without the name of the file. */
export function expectSentences(rows: readonly (readonly [yaml: string, ...sentences: string[]])[]): void {
  for (const [yaml, ...sentences] of rows) {
    test(`The file ${JSON.stringify(yaml)} gets its sentence.`, async () => {
      assert.deepEqual(
        await problemsOf({ yaml }),
        sentences.map((sentence) => `dockgate.yaml:${sentence}`),
      );
    });
  }
}
