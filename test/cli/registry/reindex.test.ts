import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRegistry } from '../../../src/registry/registry.js';
import { searchDatabase } from '../../../src/registry/search/place.js';
import { openSearch } from '../../../src/registry/search/search-index.js';
import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import { temporaryDirectory } from '../../harness/directory.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { pushImage } from '../../registry/fixture.js';
import { registry } from './commands.js';

test('reindex tells how many repositories can be found, and a running index finds them at once', async (t) => {
  const data = memoryDirectory(t);
  const stores = await openFilesystemStore({ directory: data });
  const handler = createRegistry({ store: stores });
  // Nobody has told the index, and it does not look by itself.
  const running = await openSearch({ stores, file: searchDatabase(data), compareEvery: 0 });
  t.after(() => running.close());
  for (const name of ['team/app', 'team/web', 'nginx']) await pushImage(handler, name, 'latest');
  const { exitCode, out, err } = await registry(['reindex', '--data', data]);
  assert.deepEqual([exitCode, err], [0, '']);
  assert.match(out, /^3 repositories can be found now; it took \d+\.\d s\n$/);
  assert.equal((await running.find({ text: 'team', page: 1, size: 10 })).total, 2);
  const json = JSON.parse((await registry(['reindex', '--data', data, '--json'])).out);
  assert.deepEqual([json.registry, json.repositories, typeof json.seconds], [data, 3, 'number']);
});

test('reindex replaces a damaged index', async (t) => {
  const data = memoryDirectory(t);
  const stores = await openFilesystemStore({ directory: data });
  await pushImage(createRegistry({ store: stores }), 'nginx', 'latest');
  assert.equal((await registry(['reindex', '--data', data])).exitCode, 0);
  const place = join(searchDatabase(data), '..');
  for (const name of readdirSync(place).filter((file) => file.startsWith('search-')))
    writeFileSync(join(place, name), 'garbage, no database');
  const { exitCode, out } = await registry(['reindex', '--data', data]);
  assert.equal(exitCode, 0);
  assert.match(out, /^1 repository can be found now/);
});

test('reindex says when there is no registry, and stops at Ctrl-C', async (t) => {
  const nowhere = await registry(['reindex', '--data', temporaryDirectory(t)]);
  assert.equal(nowhere.exitCode, 1);
  assert.match(nowhere.err, /there is no registry in this directory/);
  const data = memoryDirectory(t);
  await pushImage(createRegistry({ store: await openFilesystemStore({ directory: data }) }), 'a', 'latest');
  const stopped = await registry(['reindex', '--data', data], {
    onDrawing: (_, interrupt) => interrupt(),
  });
  assert.equal(stopped.exitCode, 1);
  assert.match(stopped.err, /Stopped\./);
});
