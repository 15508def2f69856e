import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Digest } from '../../../../src/registry/model/digest.js';
import { linksTo } from '../../../../src/registry/store/filesystem/link-search.js';

test('links that lead to a digest are found among those that lead elsewhere, nowhere, or are no files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-'));
  try {
    const wanted = Digest.of(Buffer.from('wanted'), 'sha512');
    const other = Digest.of(Buffer.from('other'));
    const names = Array.from({ length: 500 }, (_, index) => `link-${index}`);
    for (const [index, name] of names.entries()) {
      await writeFile(join(directory, name), `${index % 100 === 7 ? wanted : other}\n`);
    }
    await writeFile(join(directory, 'empty'), '');
    await writeFile(join(directory, 'long'), `${wanted} ${'x'.repeat(10_000)}`);
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    await mkdir(join(directory, 'file-in-the-way'));
    const all = ['empty', 'long', 'pipe', 'absent', 'empty/below', ...names];
    const found: string[] = [];
    for await (const name of linksTo(all, (each) => join(directory, each), wanted)) found.push(name);
    assert.deepEqual(
      found,
      names.filter((_, index) => index % 100 === 7),
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});
