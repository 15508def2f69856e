import assert from 'node:assert/strict';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { hashPassword } from '../../src/htpasswd/index.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { PASSWORD, USER } from '../harness/gateway.js';
import { RegistryClient, sha256 } from '../harness/registry-client.js';
import { type Serving, serve, spawnServe } from '../harness/served.js';
import { until } from '../harness/until.js';

type Line = Record<string, unknown>;

function linesOf(path: string): Line[] {
  const text = readFileSync(path, 'utf8');
  assert.ok(text === '' || text.endsWith('\n'), 'the last line is whole');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

async function start(t: TestContext): Promise<{ path: string; served: Serving; client: RegistryClient }> {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'audit.log');
  const served = await serve(t, directory, [], { DOCKGATE_AUDIT_FILE: path });
  const client = new RegistryClient(served);
  afterwards(t, () => client.close());
  return { path, served, client };
}

const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [],
});

test('the audit log tells what was pushed and deleted, by whom and from where, and nothing of reading', async (t) => {
  const { path, served, client } = await start(t);
  const blob = sha256('content');
  assert.equal((await client.pushBlob('team/app', 'content')).status, 201);
  assert.equal((await client.mount('team/other', blob, 'team/app')).status, 201);
  assert.equal((await client.putManifest('team/app', 'v1', MANIFEST)).status, 201);
  assert.equal((await client.getManifest('team/app', 'v1')).status, 200);
  assert.equal((await client.send('DELETE', '/v2/team/app/manifests/v1')).status, 202);
  assert.equal((await client.send('DELETE', `/v2/team/app/blobs/${blob}`)).status, 202);
  served.kill('SIGTERM');
  assert.deepEqual(await served.ended, { code: 0, signal: null });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const told = linesOf(path).filter(({ event }) => ['push', 'mount', 'delete'].includes(String(event)));
  assert.deepEqual(
    told.map(({ event, repository, reference, digest }) => [event, repository, reference, digest]),
    [
      ['push', 'team/app', undefined, blob],
      ['mount', 'team/other', undefined, blob],
      ['push', 'team/app', 'v1', sha256(MANIFEST)],
      ['delete', 'team/app', 'v1', undefined],
      ['delete', 'team/app', undefined, blob],
    ],
  );
  const ids = new Set(served.lines().map(({ id }) => id));
  for (const { user, address, way, id } of told) {
    assert.deepEqual([user, address, way], [USER, '127.0.0.1', 'password']);
    assert.ok(ids.has(String(id)), 'the line of the access log is found by its id');
  }
  assert.doesNotMatch(readFileSync(path, 'utf8'), new RegExp(`${PASSWORD}|Basic|authorization`, 'i'));
});

test('a rotation by renaming and SIGHUP, while clients push, loses no line', async (t) => {
  const { path, served, client } = await start(t);
  const files: string[] = [];
  let pushed = 0;
  const push = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      assert.equal((await client.pushBlob('team/app', `content ${pushed}`)).status, 201);
      pushed += 1;
    }
  };
  for (let rotation = 1; rotation <= 5; rotation += 1) {
    const pushing = push(20);
    renameSync(path, `${path}.${rotation}`);
    files.push(`${path}.${rotation}`);
    served.kill('SIGHUP');
    await pushing;
    await until(() => statSync(path, { throwIfNoEntry: false }) !== undefined, 'the new file is there');
  }
  served.kill('SIGTERM');
  assert.deepEqual(await served.ended, { code: 0, signal: null });
  const digests = [...files, path]
    .flatMap(linesOf)
    .filter(({ event }) => event === 'push')
    .map(({ digest }) => digest);
  assert.deepEqual(
    digests,
    Array.from({ length: pushed }, (_, index) => sha256(`content ${index}`)),
  );
});

test('a change of the users is told by their names', async (t) => {
  const { path, served } = await start(t);
  const hash = await hashPassword('another password', { cost: 4 });
  const file = join(served.directory, 'dockgate.htpasswd');
  writeFileSync(file, `${readFileSync(file, 'utf8')}b\u202eob:${hash}\n`);
  const changes = (): Line[] => linesOf(path).filter(({ event }) => event === 'users changed');
  await until(() => changes().length === 1, 'the change is told');
  assert.deepEqual(changes()[0]?.['detail'], { added: ['b\u202eob'] });
  assert.doesNotMatch(readFileSync(path, 'utf8'), /\u202e|\$2/);
});

test('an audit log that cannot be opened ends the start with a sentence', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'missing', 'audit.log');
  const served = spawnServe(t, directory, ['--listen', '127.0.0.1:0'], { DOCKGATE_AUDIT_FILE: path });
  assert.deepEqual(await served.ended, { code: 2, signal: null });
  assert.match(served.stderr(), /missing\/audit\.log: audit\.file lies in a directory that does not exist/);
});
