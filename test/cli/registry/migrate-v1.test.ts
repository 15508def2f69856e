import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Tag } from '../../../src/registry/model/reference.js';
import { Repository } from '../../../src/registry/model/repository.js';
import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { makeOldRegistry, type OldRegistry } from '../../harness/old-registry.js';
import { registry } from './commands.js';

interface Report {
  readonly totals: Readonly<Record<string, number>>;
  readonly damaged: readonly { readonly repository: string; readonly tag: string; readonly reason: string }[];
  readonly skipped: readonly string[];
}

/** The engine's images of which only the list of ancestors is gone can be put together again. */
const SALVAGED = new Set(['no ancestry']);

/** Tags whose image is lost, as `namespace/name:tag`. */
function lostTags({ repositories, images, lost }: OldRegistry): string[] {
  return repositories
    .filter(({ successor }) => successor !== undefined)
    .flatMap(({ path, tags }) =>
      [...tags]
        .filter(([, id]) => !images.has(id) || (lost.has(id) && !SALVAGED.has(images.get(id)?.name ?? '')))
        .map(([tag]) => `${path}:${tag}`),
    )
    .sort();
}

async function migrated(words: readonly string[]): Promise<{ exitCode: number; report: Report }> {
  const { exitCode, out, err } = await registry(['migrate-v1', '--json', ...words]);
  assert.ok(out.startsWith('{'), err + out);
  return { exitCode, report: JSON.parse(out) as Report };
}

async function tagsThere(data: string, old: OldRegistry): Promise<number> {
  const { manifests } = await openFilesystemStore({ directory: data });
  let count = 0;
  for (const { successor, tags } of old.repositories) {
    for (const tag of successor === undefined ? [] : tags.keys()) {
      const found = await manifests.get(Repository.parse(successor ?? ''), Tag.parse(tag));
      if (found !== undefined) count += 1;
    }
  }
  return count;
}

function directories(test: TestContext): { readonly data: string; readonly from: string } {
  return { data: memoryDirectory(test), from: memoryDirectory(test) };
}

test('a whole directory is migrated, and what is damaged is told with the reason', async (t) => {
  const { data, from } = directories(t);
  const old = await makeOldRegistry(from);
  const { exitCode, report } = await migrated(['--from', from, '--data', data]);
  assert.equal(exitCode, 1);
  assert.deepEqual(report.damaged.map(({ repository, tag }) => `${repository}:${tag}`).sort(), lostTags(old));
  assert.ok(report.damaged.every(({ reason }) => /^[a-z]+ /.test(reason)));
  assert.deepEqual(report.skipped, ['Vinod1/Web']);
  const there = await tagsThere(data, old);
  assert.equal(there, report.totals['migrated']);
  assert.ok(there >= 10);
});

test('a migration that is repeated reads nothing again', async (t) => {
  const { data, from } = directories(t);
  await makeOldRegistry(from, { damage: false });
  const first = await migrated(['--from', from, '--data', data]);
  assert.equal(first.exitCode, 0);
  assert.ok((first.report.totals['bytes'] ?? 0) > 10_000);
  const second = await migrated(['--from', from, '--data', data]);
  assert.equal(second.exitCode, 0);
  assert.equal(second.report.totals['bytes'], 0);
  assert.equal(second.report.totals['migrated'], 0);
  assert.equal(second.report.totals['present'], first.report.totals['migrated']);
});

test('a dry run stores nothing and says the same', async (t) => {
  const { data, from } = directories(t);
  const old = await makeOldRegistry(from);
  const dry = await migrated(['--from', from, '--data', data, '--dry-run']);
  assert.equal(dry.exitCode, 1);
  assert.equal(await tagsThere(data, old), 0);
  assert.ok(!existsSync(join(data, 'docker/registry/v2')));
  assert.ok(!existsSync(join(data, 'docker/registry/dockgate/v1')));
  const real = await migrated(['--from', from, '--data', data]);
  assert.deepEqual(real.report.damaged, dry.report.damaged);
  assert.deepEqual(real.report.totals, dry.report.totals);
});

test('a migration that is stopped goes on where it was', async (t) => {
  const { data, from } = directories(t);
  const old = await makeOldRegistry(from, { damage: false });
  // The first thing that is drawn is the progress of the first layer.
  const stopped = await registry(['migrate-v1', '--from', from, '--data', data], {
    onDrawing: (_, interrupt) => interrupt(),
  });
  assert.equal(stopped.exitCode, 1);
  assert.match(stopped.err, /Stopped/);
  const { exitCode, report } = await migrated(['--from', from, '--data', data]);
  assert.equal(exitCode, 0);
  assert.equal(
    await tagsThere(data, old),
    (report.totals['migrated'] ?? 0) + (report.totals['present'] ?? 0),
  );
});

test("without --from the registry's own v1 images are migrated, and nothing is stored twice", async (t) => {
  const data = memoryDirectory(t);
  const old = await makeOldRegistry(data, { damage: false });
  const { exitCode } = await migrated(['--data', data]);
  assert.equal(exitCode, 0);
  const gzip = old.image('library/busybox', 'latest');
  assert.equal(statSync(join(data, 'images', gzip.id, 'layer')).nlink, 2);
});

test('what was pushed since stays under its tag', async (t) => {
  const { data, from } = directories(t);
  await makeOldRegistry(from, { damage: false });
  const other = memoryDirectory(t);
  const others = await makeOldRegistry(other, { damage: false });
  await writeFile(
    join(other, 'repositories/library/busybox/tag_latest'),
    others.image('vinod1/web', 'v1').id,
  );
  await migrated(['--from', other, '--data', data]);
  // What is known of where manifests come from is gone, so the tag may as well have been pushed.
  await rm(join(data, 'docker/registry/dockgate/v1'), { recursive: true });
  const { exitCode, out } = await registry(['migrate-v1', '--from', from, '--data', data]);
  assert.equal(exitCode, 0);
  assert.match(out, /^kept busybox:latest as it is/m);
});

test('a directory without v1 images is named', async (t) => {
  const { data, from } = directories(t);
  const { exitCode, err } = await registry(['migrate-v1', '--from', from, '--data', data]);
  assert.equal(exitCode, 1);
  assert.match(err, /there is no v1 registry in this directory/);
  assert.deepEqual(readdirSync(from), []);
});
