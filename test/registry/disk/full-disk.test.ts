import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmdirSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import { runProgram } from '../../harness/program.js';
import {
  errorCode,
  locationOf,
  RegistryClient,
  sha256,
  type WholeReply,
} from '../../harness/registry-client.js';
import { serve } from '../../harness/served.js';
import { imageOf } from '../crash/image.js';
import { leftovers } from '../crash/stored-files.js';

const MEGABYTE = 1024 * 1024;

interface SmallDisk {
  readonly data: string;
  readonly client: RegistryClient;
  resize(megabytes: number): Promise<void>;
  /** Bytes that are left. */
  room(): number;
}

/** Starts a server whose data lie on a small disk in memory; undefined where nothing may be mounted. */
async function onSmallDisk(t: TestContext, megabytes: number): Promise<SmallDisk | undefined> {
  const directory = temporaryDirectory(t);
  const data = mkdtempSync(join(tmpdir(), 'dockgate-test-disk-'));
  const mount = (options: string): Promise<{ code: number | null }> =>
    runProgram('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', data]);
  if ((await mount(`size=${megabytes}m`).catch(() => ({ code: 1 }))).code !== 0) {
    rmdirSync(data);
    t.skip('this user may not mount a small disk in memory');
    return undefined;
  }
  const serving = await serve(t, directory, ['--data', data]);
  // Hooks run in their order: the server is gone by then.
  t.after(async () => {
    await runProgram('umount', [data]);
    rmdirSync(data);
  });
  const client = new RegistryClient(serving);
  t.after(() => client.close());
  return {
    data,
    client,
    async resize(more): Promise<void> {
      assert.equal((await mount(`remount,size=${more}m`)).code, 0);
    },
    room(): number {
      const { bavail, bsize } = statfsSync(data);
      return bavail * bsize;
    },
  };
}

function assertFull(reply: WholeReply): void {
  assert.equal(reply.status, 507, reply.body.toString());
  assert.equal(errorCode(reply), 'STORAGE_FULL');
  assert.equal(reply.headers['docker-distribution-api-version'], 'registry/2.0');
}

/** Pushes blobs of a size until there is no room. @returns the digests of those that were taken. */
async function fill(client: RegistryClient, size: number): Promise<string[]> {
  const digests: string[] = [];
  for (;;) {
    const content = randomBytes(size);
    const reply = await client.pushBlob('team/app', content);
    if (reply.status !== 201) {
      assertFull(reply);
      return digests;
    }
    digests.push(sha256(content));
  }
}

async function assertWhole(client: RegistryClient, digests: readonly string[]): Promise<void> {
  for (const digest of digests) {
    const { status, body } = await client.getBlob('team/app', digest);
    assert.equal(status, 200, digest);
    assert.equal(sha256(body), digest);
  }
}

test('a full disk refuses pushes, serves what it holds, and takes pushes again when there is room', async (t) => {
  const disk = await onSmallDisk(t, 16);
  if (disk === undefined) return;
  const { client } = disk;
  const config = Buffer.from('config');
  assert.equal((await client.pushBlob('team/app', config)).status, 201);
  const content = { digest: sha256(config), size: config.length };
  const image = imageOf([content]);
  assert.equal((await client.putManifest('team/app', 'v1', image)).status, 201);

  const digests = await fill(client, MEGABYTE);
  assert.ok(digests.length > 5, `${digests.length} layers fit`);
  const before = disk.room();
  for (let round = 0; round < 5; round += 1)
    assertFull(await client.pushBlob('team/app', randomBytes(MEGABYTE)));
  assert.deepEqual(await leftovers(disk.data), [], 'a refused push leaves nothing');
  assert.ok(disk.room() >= before - 64 * 1024, 'refused pushes take no room');
  digests.push(...(await fill(client, 4096)));

  const large = imageOf([content], { annotations: { note: 'x'.repeat(200_000) } });
  assertFull(await client.putManifest('team/app', 'v2', large));
  assert.equal((await client.getManifest('team/app', 'v2')).status, 404, 'a refused manifest is not there');
  const upload = await client.beginUpload('team/app');
  if (typeof upload === 'string') {
    assertFull(await client.sendChunk(upload, randomBytes(MEGABYTE), 0));
    assert.equal((await client.send('DELETE', upload)).status, 204, 'an upload can be given up');
  } else {
    assertFull(upload);
  }

  await assertWhole(client, digests);
  const got = await client.getManifest('team/app', 'v1');
  assert.equal(got.body.toString(), image);
  assert.equal((await client.send('HEAD', `/v2/team/app/blobs/${digests[0]}`)).status, 200);
  const gone = digests.pop();
  assert.equal((await client.send('DELETE', `/v2/team/app/blobs/${gone}`)).status, 202);
  assert.equal((await client.getBlob('team/app', gone ?? '')).status, 404);
  assert.equal((await client.send('DELETE', '/v2/team/app/manifests/v1')).status, 202);
  assert.deepEqual(JSON.parse((await client.send('GET', '/v2/team/app/tags/list')).body.toString()).tags, []);

  await disk.resize(32);
  assert.equal((await client.putManifest('team/app', 'v2', large)).status, 201);
  const later = randomBytes(2 * MEGABYTE);
  assert.equal((await client.pushChunks('team/app', later, MEGABYTE)).status, 201);
  await assertWhole(client, [...digests, sha256(later)]);
});

test('an upload that met a full disk goes on from where it was when there is room', async (t) => {
  const disk = await onSmallDisk(t, 8);
  if (disk === undefined) return;
  const { client } = disk;
  const content = randomBytes(12 * MEGABYTE);
  const upload = await client.beginUpload('team/app');
  assert.ok(typeof upload === 'string');
  assert.equal((await client.sendChunk(upload, content.subarray(0, 2 * MEGABYTE), 0)).status, 202);
  assertFull(await client.sendChunk(upload, content.subarray(2 * MEGABYTE), 2 * MEGABYTE));
  await disk.resize(32);
  const status = await client.send('GET', upload);
  assert.equal(status.status, 204);
  const end = Number(String(status.headers['range']).split('-')[1]) + 1;
  assert.ok(end >= 2 * MEGABYTE, `what was acknowledged is there: ${end}`);
  const chunk = await client.sendChunk(upload, content.subarray(end), end);
  assert.equal(chunk.status, 202);
  assert.equal((await client.endUpload(locationOf(chunk), sha256(content))).status, 201);
  await assertWhole(client, [sha256(content)]);
});
