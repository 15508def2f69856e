import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ExistingFile, writeFiles } from '../../src/tls/stored-file.js';
import { scratchDirectory } from './workshop.js';

describe('stored files', () => {
  test('a secret file has mode 0600 whatever the umask says', async (context) => {
    const directory = await scratchDirectory();
    const before = process.umask(0);
    context.after(() => process.umask(before));
    await writeFiles(
      [
        { path: join(directory, 'a.key'), text: 'secret', secret: true },
        { path: join(directory, 'a.crt'), text: 'public', secret: false },
      ],
      false,
    );
    assert.equal((await stat(join(directory, 'a.key'))).mode & 0o777, 0o600);
    assert.equal((await stat(join(directory, 'a.crt'))).mode & 0o777, 0o644);
    assert.deepEqual((await readdir(directory)).sort(), ['a.crt', 'a.key']);
  });

  test('when one of the files exists none is written', async () => {
    const directory = await scratchDirectory();
    await writeFile(join(directory, 'a.crt'), 'before');
    const files = ['a.key', 'a.crt'].map((name) => ({
      path: join(directory, name),
      text: 'new',
      secret: true,
    }));
    await assert.rejects(
      writeFiles(files, false),
      (error) => error instanceof ExistingFile && error.path === join(directory, 'a.crt'),
    );
    assert.equal(await readFile(join(directory, 'a.crt'), 'utf8'), 'before');
    assert.deepEqual(await readdir(directory), ['a.crt']);
  });

  test('a file that is replaced with a secret is no longer readable by others', async () => {
    const path = join(await scratchDirectory(), 'a.key');
    await writeFile(path, 'before', { mode: 0o644 });
    await writeFiles([{ path, text: 'after', secret: true }], true);
    assert.equal(await readFile(path, 'utf8'), 'after');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  test('a failure leaves nothing behind', async () => {
    const directory = await scratchDirectory();
    await mkdir(join(directory, 'b'));
    const files = ['a', 'b'].map((name) => ({ path: join(directory, name), text: 'new', secret: true }));
    await assert.rejects(writeFiles(files, false), ExistingFile);
    assert.deepEqual(await readdir(directory), ['b']);
  });

  const root = process.geteuid?.() === 0 ? {} : { skip: 'Only root may give files away; run it as root.' };
  test('what root writes belongs to the owner of the directory', root, async () => {
    const directory = join(await scratchDirectory(), 'service');
    await mkdir(directory);
    const { chown } = await import('node:fs/promises');
    await chown(directory, 12_345, 12_346);
    await writeFiles([{ path: join(directory, 'a.key'), text: 'x', secret: true }], false);
    const { uid, gid } = await stat(join(directory, 'a.key'));
    assert.deepEqual([uid, gid], [12_345, 12_346]);
  });
});
