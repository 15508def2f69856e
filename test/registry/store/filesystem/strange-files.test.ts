import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, open, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Digest } from '../../../../src/registry/model/digest.js';
import { verify } from '../../../../src/registry/upkeep/verification.js';
import { ask } from '../../client.js';
import { type Fixture, openFixture, pushImage } from '../../fixture.js';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await openFixture();
});
afterEach(() => fixture.close());

/** Makes a file that seems to have 8 GiB and takes no room. */
async function makeHuge(path: string, beginning: string): Promise<void> {
  const file = await open(path, 'w');
  await file.write(beginning);
  await file.truncate(8 * 2 ** 30);
  await file.close();
}

async function statusOfTag(): Promise<number> {
  return (await ask(fixture.handler, 'GET', '/v2/app/manifests/v1')).status;
}

test('a tag whose link is a pipe, a directory or a file without end leads nowhere, and holds nobody up', async () => {
  await pushImage(fixture.handler, 'app', 'v1');
  const link = join(fixture.tree, 'repositories/app/_manifests/tags/v1/current/link');
  await rm(link);
  execFileSync('mkfifo', [link]);
  assert.equal(await statusOfTag(), 404);
  await rm(link);
  await makeHuge(link, '');
  assert.equal(await statusOfTag(), 404);
  await rm(link);
  await writeFile(link, '');
  assert.equal(await statusOfTag(), 404);
});

test('a manifest whose content is a pipe or too long for memory counts as damaged, and can be pushed again', async () => {
  const { digest, manifest } = await pushImage(fixture.handler, 'app', 'v1');
  const data = join(fixture.tree, 'blobs/sha256', digest.slice(7, 9), digest.slice(7), 'data');
  await rm(data);
  execFileSync('mkfifo', [data]);
  assert.equal(await statusOfTag(), 404);
  await rm(data);
  await makeHuge(data, manifest);
  assert.equal(await statusOfTag(), 404);
  assert.equal((await ask(fixture.handler, 'PUT', '/v2/app/manifests/v1', { body: manifest })).status, 201);
  assert.equal(await statusOfTag(), 200);
});

test('a directory in the place of content counts as damaged', async () => {
  const { digest, manifest } = await pushImage(fixture.handler, 'app', 'v1');
  const config = (JSON.parse(manifest) as { config: { digest: string } }).config.digest;
  for (const each of [digest, config]) {
    const data = join(fixture.tree, 'blobs/sha256', each.slice(7, 9), each.slice(7), 'data');
    await rm(data);
    await mkdir(data);
    await writeFile(join(data, 'something'), '');
  }
  assert.equal(await statusOfTag(), 404);
  assert.equal((await ask(fixture.handler, 'GET', `/v2/app/blobs/${config}`)).status, 404);
  assert.equal((await ask(fixture.handler, 'HEAD', `/v2/app/blobs/${config}`)).status, 404);
});

test('a tag that is a link which leads to itself hides no other', async () => {
  await pushImage(fixture.handler, 'app', 'v1');
  const tags = join(fixture.tree, 'repositories/app/_manifests/tags');
  await symlink('v0', join(tags, 'v0'));
  const list = await ask(fixture.handler, 'GET', '/v2/app/tags/list');
  assert.deepEqual(JSON.parse(list.bytes.toString()), { name: 'app', tags: ['v1'] });
  assert.equal((await ask(fixture.handler, 'GET', '/v2/app/manifests/v0')).status, 404);
});

test('verification and clean-up tell of directories and pipes in the place of files, and go on', async () => {
  const { digest, manifest } = await pushImage(fixture.handler, 'app', 'v1');
  await pushImage(fixture.handler, 'app', 'v2', 'other');
  const config = (JSON.parse(manifest) as { config: { digest: string } }).config.digest;
  const data = (each: string): string =>
    join(fixture.tree, 'blobs/sha256', each.slice(7, 9), each.slice(7), 'data');
  const link = join(fixture.tree, 'repositories/app/_manifests/tags/v2/current/link');
  for (const path of [data(digest), link]) {
    await rm(path);
    await mkdir(path);
  }
  await rm(data(config));
  execFileSync('mkfifo', [data(config)]);
  const { damaged, brokenLinks } = await verify({ directory: fixture.directory });
  assert.deepEqual(
    damaged.map((each) => `${each.digest} ${each.reason}`).sort(),
    [`${config} empty`, `${digest} unreadable`].sort(),
  );
  assert.deepEqual(
    brokenLinks.map((each) => each.path),
    [link],
  );
  assert.equal(await fixture.store.upkeep.readManifest(Digest.parse(digest)), undefined);
  assert.equal(await fixture.store.upkeep.readManifest(Digest.parse(config)), undefined);
});
