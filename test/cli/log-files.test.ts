import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkLogFiles } from '../../src/cli/log-files.js';
import { loadConfiguration } from '../../src/configuration/load.js';
import { temporaryDirectory } from '../harness/directory.js';

test('check tells of log files that cannot be written, and makes none', async (t) => {
  const directory = temporaryDirectory(t);
  const check = async (file: string, access: string): Promise<void> => {
    const environment = { DOCKGATE_LOG_FILE: file, DOCKGATE_LOG_ACCESS_FILE: access };
    await checkLogFiles(await loadConfiguration({ flags: {}, environment, directory }));
  };
  writeFileSync(join(directory, 'there'), 'x\n');
  await check('new', 'there');
  await check('/dev/stderr', '/dev/stdout');
  assert.equal(existsSync(join(directory, 'new')), false);
  await assert.rejects(check('.', 'missing/log'), {
    message: [
      `${directory}: log.file is a directory.`,
      `${join(directory, 'missing/log')}: log.access.file lies in a directory that does not exist; make the directory first.`,
    ].join('\n'),
  });
  await assert.rejects(
    check('there/log', 'there'),
    /there\/log: log\.file lies in a directory that does not exist/,
  );
});
