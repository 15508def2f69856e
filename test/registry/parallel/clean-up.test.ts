import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import { collect } from '../../../src/registry/upkeep/collection.js';
import { errorCode, type RegistryClient, sha256 } from '../../harness/registry-client.js';
import { imageOf } from '../crash/image.js';
import { checkStoredFiles } from '../crash/stored-files.js';
import { ageAll } from '../upkeep/stored-files.js';
import { ARENA, blobPath, expectStatus, manifestPath, Rivals } from './rivals.js';

const ROUNDS = 8;

/** Milliseconds within which the pushes begin. */
const SPREAD = 100;

/** Blobs that nobody names when a clean-up begins; half of them find somebody meanwhile. */
const BLOBS = 16;

/** Pushes an image as docker does: what the registry says it has is not sent. */
async function pushAsDocker(client: RegistryClient, content: Buffer, tag: string): Promise<string> {
  const digest = sha256(content);
  const text = imageOf([{ digest, size: content.length }]);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const found = await client.send('HEAD', blobPath(digest));
    expectStatus(found, 200, 404);
    if (found.status === 404) expectStatus(await client.pushBlob(ARENA, content), 201);
    const put = await client.putManifest(ARENA, tag, text);
    if (put.status === 201) {
      return text;
    }
    expectStatus(put, 400);
    assert.equal(errorCode(put), 'MANIFEST_BLOB_UNKNOWN');
  }
  throw new Error(`the image ${tag} was refused again and again`);
}

test('pushes beside a clean-up keep what they were told is there', async (t) => {
  const rivals = await Rivals.start(t);
  const store = await openFilesystemStore({ directory: rivals.data });
  const registry = join(rivals.data, 'docker', 'registry');
  let removed = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const contents = Array.from({ length: BLOBS }, () => randomBytes(1 + rivals.below(4000)));
    for (const content of contents) expectStatus(await rivals.any().pushBlob(ARENA, content), 201);
    await ageAll(registry);
    const wanted = contents.filter((_, index) => index % 2 === 0);
    const [report, texts] = await rivals.meet(
      () =>
        collect({
          store,
          workspace: store.workspace,
          grace: 5 * 60 * 1000,
          untagged: false,
          dryRun: false,
          uploadTimeout: 60 * 60 * 1000,
        }),
      () =>
        Promise.all(
          wanted.map(async (content, index) => {
            await delay(rivals.below(SPREAD));
            return pushAsDocker(rivals.any(), content, `kept-${round}-${index}`);
          }),
        ),
    );
    removed += report.removed.content;
    for (const [index, text] of texts.entries()) {
      assert.equal(await rivals.shown(manifestPath(`kept-${round}-${index}`)), sha256(text));
    }
    for (const content of wanted) {
      assert.equal(await rivals.shown(blobPath(sha256(content))), sha256(content));
    }
    for (const content of contents) {
      const shown = await rivals.shown(blobPath(sha256(content)));
      if (shown === undefined) expectStatus(await rivals.any().pushBlob(ARENA, content), 201);
    }
  }
  assert.ok(removed >= ROUNDS, `${removed} contents have gone`);
  await checkStoredFiles(rivals.data, new Set());
  t.diagnostic(`${removed} contents have gone beside ${(ROUNDS * BLOBS) / 2} pushes`);
});
