import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import type { CollectionProgress } from '../../../src/registry/upkeep/collection-report.js';
import { seededRandom } from '../../harness/seeded-random.js';
import { ask } from '../client.js';
import { type Fixture, pushBlob, pushImage } from '../fixture.js';
import { collectIn, inFixture, registryOf, workspaceOf } from './collecting.js';
import { whatHasToStay, whatIsMissing } from './independent-mark.js';
import { ageAll, pathsUnder, readStoredFiles } from './stored-files.js';

/** Repositories that share nothing, each with an image that stays, one without a tag and a blob that nobody needs. */
async function fill(fixture: Fixture, repositories: number): Promise<void> {
  for (let count = 0; count < repositories; count += 1) {
    const name = `r${String(count).padStart(2, '0')}`;
    await pushImage(fixture.handler, name, 'v1', `kept ${name}`);
    await pushImage(fixture.handler, name, 'v2', `untagged ${name}`);
    await ask(fixture.handler, 'DELETE', `/v2/${name}/manifests/v2`);
    await pushBlob(fixture.handler, name, `unused ${name}`);
  }
  await ageAll(registryOf(fixture));
}

/** Collects until something is reached, and aborts. */
async function interrupt(
  fixture: Fixture,
  isReached: (progress: CollectionProgress) => boolean,
  untagged: boolean,
): Promise<void> {
  const controller = new AbortController();
  const onProgress = (progress: CollectionProgress): void => {
    if (isReached(progress)) controller.abort();
  };
  const { signal } = controller;
  await assert.rejects(collectIn(fixture, { signal, onProgress, untagged }), { name: 'AbortError' });
}

test('an interrupted collection goes on where it was, and tells the whole in the end', () =>
  inFixture(async (fixture) => {
    await fill(fixture, 8);
    const expected = await whatHasToStay(registryOf(fixture), true);
    const whole = await collectIn(fixture, { untagged: true, dryRun: true });
    await interrupt(fixture, ({ repositories }) => repositories === 3, true);
    const repositories: number[] = [];
    const onProgress = ({ phase, ...progress }: CollectionProgress): void => {
      if (phase === 'marking') repositories.push(progress.repositories);
      if (progress.shards === 100) throw new Error('the disk is broken');
    };
    await assert.rejects(collectIn(fixture, { untagged: true, onProgress }), /the disk is broken/);
    assert.deepEqual(repositories, [4, 5, 6, 7, 8]);
    const shards: number[] = [];
    const report = await collectIn(fixture, {
      untagged: true,
      onProgress: ({ phase, shards: done }) => {
        assert.equal(phase, 'sweeping');
        shards.push(done);
      },
    });
    assert.equal(shards[0], 101);
    assert.equal(report.resumed, true);
    assert.deepEqual(await readStoredFiles(registryOf(fixture)), expected);
    const { removed, bytes, kept, manifests } = report;
    assert.deepEqual({ removed, bytes, kept, manifests }, pick(whole));
    assert.equal((await collectIn(fixture, { untagged: true })).resumed, false);
  }));

function pick<Whole extends { removed: unknown; bytes: number; kept: number; manifests: number }>({
  removed,
  bytes,
  kept,
  manifests,
}: Whole): object {
  return { removed, bytes, kept, manifests };
}

test('what is pushed to a repository that has been marked already stays after the interruption', () =>
  inFixture(async (fixture) => {
    await fill(fixture, 3);
    await interrupt(fixture, ({ repositories }) => repositories === 2, false);
    const { reply } = await pushImage(fixture.handler, 'r00', 'v3', 'unused r00');
    assert.equal(reply.status, 201);
    const { resumed } = await collectIn(fixture);
    assert.equal(resumed, true);
    assert.deepEqual(await whatIsMissing(registryOf(fixture)), []);
    const { bytes } = await ask(fixture.handler, 'GET', '/v2/r00/manifests/v3');
    const { config } = JSON.parse(bytes.toString());
    assert.equal((await ask(fixture.handler, 'GET', `/v2/r00/blobs/${config.digest}`)).status, 200);
  }));

test('what was interrupted is begun anew with other options, with less trust, or when its memory is damaged', () =>
  inFixture(async (fixture) => {
    await fill(fixture, 2);
    const isHalf = ({ repositories }: CollectionProgress): boolean => repositories === 1;
    await interrupt(fixture, isHalf, false);
    assert.equal((await collectIn(fixture, { untagged: true })).resumed, false);
    await interrupt(fixture, isHalf, false);
    const later = Date.now() + 25 * 60 * 60 * 1000;
    assert.equal((await collectIn(fixture, { now: () => later, grace: 26 * 60 * 60 * 1000 })).resumed, false);
    await interrupt(fixture, isHalf, false);
    assert.equal((await collectIn(fixture, { grace: 60 * 60 * 1000 })).resumed, false);
    await interrupt(fixture, isHalf, false);
    await writeFile(join(workspaceOf(fixture), 'state.json'), '{"version":1,');
    assert.equal((await collectIn(fixture)).resumed, false);
    assert.deepEqual(await pathsUnder(workspaceOf(fixture)), ['last.json']);
  }));

test('a dry run that is interrupted leaves nothing behind', () =>
  inFixture(async (fixture) => {
    await fill(fixture, 2);
    const before = await pathsUnder(registryOf(fixture));
    const controller = new AbortController();
    const options = { dryRun: true, signal: controller.signal, onProgress: () => controller.abort() };
    await assert.rejects(collectIn(fixture, options), { name: 'AbortError' });
    assert.deepEqual(await pathsUnder(registryOf(fixture)), before);
  }));

test('after kill -9 at any moment nothing is missing, and the next collection does the rest', async (context) => {
  const below = seededRandom(context);
  await inFixture(async (fixture) => {
    const script = fileURLToPath(new URL('collecting-process.js', import.meta.url));
    for (let round = 0; round < 6; round += 1) {
      await fill(fixture, 6);
      const expected = await whatHasToStay(registryOf(fixture), true);
      const child = fork(script, [fixture.directory], { stdio: 'ignore' });
      const steps = 1 + below(60);
      let count = 0;
      child.on('message', () => {
        count += 1;
        if (count === steps) child.kill('SIGKILL');
      });
      await once(child, 'exit');
      const store = await openFilesystemStore({ directory: fixture.directory });
      assert.deepEqual(await whatIsMissing(registryOf(fixture)), []);
      const lease = join(workspaceOf(fixture), 'running');
      if ((await readFile(lease).catch(() => undefined)) !== undefined) await utimes(lease, 0, 0);
      await collectIn({ ...fixture, store }, { untagged: true });
      // What was put back has come to its place since the collection began, so it is the next one's.
      await ageAll(registryOf(fixture));
      await collectIn({ ...fixture, store }, { untagged: true });
      assert.deepEqual(await readStoredFiles(registryOf(fixture)), expected);
    }
  });
});
