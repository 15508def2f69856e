import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRegistry } from '../../src/registry/registry.js';
import { openFilesystemStore } from '../../src/registry/store/filesystem/filesystem-store.js';
import { makeOciLayout } from '../harness/oci-layout.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { type PlainServer, servePlainly } from './plain-server.js';

const skopeo = requireProgram('skopeo', 'skopeo');
let directory: string;
let server: PlainServer;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dockgate-'));
  const store = await openFilesystemStore({ directory: join(directory, 'data') });
  server = await servePlainly(createRegistry({ store }));
});

after(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<string> {
  const result = await runProgram('skopeo', ['--insecure-policy', ...args]);
  assert.equal(result.code, 0, result.stderr);
  return result.stdout;
}

test('skopeo pushes an image, lists its tag, pulls the same image and deletes it', skopeo, async () => {
  const source = join(directory, 'source');
  const target = join(directory, 'target');
  const image = await makeOciLayout(source, { tag: 'one', layers: 3, layerBytes: 3_000_000, seed: 7 });
  const place = `docker://${server.host}/team/app:one`;
  await run('copy', '--dest-tls-verify=false', `oci:${source}:one`, place);
  const tags = JSON.parse(await run('list-tags', '--tls-verify=false', `docker://${server.host}/team/app`));
  assert.deepEqual(tags.Tags, ['one']);
  await run('copy', '--src-tls-verify=false', place, `oci:${target}:one`);
  for (const { digest, bytes } of image.layers) {
    assert.deepEqual(await readFile(join(target, 'blobs', 'sha256', digest.slice(7))), bytes);
  }
  assert.deepEqual(
    await readFile(join(target, 'blobs', 'sha256', image.manifestDigest.slice(7))),
    image.manifest,
  );
  await run('delete', '--tls-verify=false', place);
  const gone = await runProgram('skopeo', ['inspect', '--tls-verify=false', place]);
  assert.notEqual(gone.code, 0);
  assert.match(gone.stderr, /unknown/);
  assert.deepEqual(server.errors, []);
});
