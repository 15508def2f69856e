import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Digest } from '../../../src/registry/model/digest.js';
import { createRegistry } from '../../../src/registry/registry.js';
import { DurableFiles } from '../../../src/registry/store/filesystem/durable-files.js';
import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import { Layout } from '../../../src/registry/store/filesystem/layout.js';
import { Quarantine } from '../../../src/registry/store/filesystem/quarantine.js';
import { verify } from '../../../src/registry/upkeep/verification.js';
import type {
  Finding,
  VerificationProgress,
  VerificationReport,
} from '../../../src/registry/upkeep/verification-report.js';
import { temporaryDirectory } from '../../harness/directory.js';
import { sha256 } from '../../harness/registry-client.js';
import { ask } from '../client.js';
import { contentFile, flipBit, indexOf, linkFile, manifestOf, restore } from '../damage.js';
import { digestOf, pushBlob } from '../fixture.js';

type Handler = ReturnType<typeof createRegistry>;

interface Place {
  readonly directory: string;
  readonly handler: Handler;
}

async function open(t: TestContext): Promise<Place> {
  const directory = temporaryDirectory(t);
  return { directory, handler: createRegistry({ store: await openFilesystemStore({ directory }) }) };
}

async function put(handler: Handler, name: string, reference: string, body: string): Promise<string> {
  const reply = await ask(handler, 'PUT', `/v2/${name}/manifests/${reference}`, { body });
  assert.equal(reply.status, 201, reply.code);
  return digestOf(body);
}

const AMD = manifestOf('amd', 'base', 'top of amd');
const ARM = manifestOf('arm', 'base', 'top of arm');
const BOTH = indexOf(AMD, ARM);
const NESTED = indexOf(BOTH);
const ALONE = manifestOf('alone', 'its layer');

/**
 * team/app: an index of two images under `both`, an index of that index under `nested`, its amd image under `amd` too,
 * an image of its own under `alone`. other: the amd image under its digest.
 */
async function fill({ handler }: Place): Promise<void> {
  for (const blob of ['amd', 'arm', 'base', 'top of amd', 'top of arm', 'alone', 'its layer']) {
    await pushBlob(handler, 'team/app', blob);
  }
  for (const blob of ['amd', 'base', 'top of amd']) await pushBlob(handler, 'other', blob);
  await put(handler, 'team/app', 'amd', AMD);
  await put(handler, 'team/app', sha256(ARM), ARM);
  await put(handler, 'team/app', 'both', BOTH);
  await put(handler, 'team/app', 'nested', NESTED);
  await put(handler, 'team/app', 'alone', ALONE);
  await put(handler, 'other', sha256(AMD), AMD);
}

async function filled(t: TestContext): Promise<Place> {
  const place = await open(t);
  await fill(place);
  return place;
}

function faults({
  damaged,
  missing,
  unheld,
  brokenLinks,
  danglingTags,
  staleLinks,
}: VerificationReport): Finding[] {
  return [...damaged, ...missing, ...unheld, ...brokenLinks, ...danglingTags, ...staleLinks];
}

/** A finding with its images, in short. */
function short(finding: Finding | undefined): unknown {
  if (finding === undefined || !('images' in finding)) return finding;
  const { kind, digest, images } = finding;
  return {
    kind,
    digest: digest.toString(),
    images: images.map(({ repository, tags, manifests }) => ({ repository, tags, manifests })),
  };
}

const EVERYWHERE = [
  { repository: 'other', tags: [], manifests: [sha256(AMD)] },
  {
    repository: 'team/app',
    tags: ['amd', 'both', 'nested'],
    manifests: [sha256(AMD), sha256(BOTH), sha256(NESTED)].sort(),
  },
];

test('an empty directory has nothing wrong with it', async (t) => {
  const report = await verify({ directory: temporaryDirectory(t) });
  assert.deepEqual(faults(report), []);
  assert.deepEqual([report.contents, report.bytes, report.repositories, report.complete], [0, 0, 0, true]);
});

test('a directory that is not there is an error', async (t) => {
  const directory = join(temporaryDirectory(t), 'absent');
  await assert.rejects(verify({ directory }), { code: 'ENOENT' });
});

test('a whole directory is read to its end, in both algorithms', async (t) => {
  const { directory, handler } = await filled(t);
  const long = digestOf('long', 'sha512');
  await ask(handler, 'POST', `/v2/team/app/blobs/uploads/?digest=${long}`, { body: 'long' });
  const seen: VerificationProgress[] = [];
  const report = await verify({ directory, onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(faults(report), []);
  assert.deepEqual([report.contents, report.repositories, report.complete, report.omitted], [13, 2, true, 0]);
  const { stage, contents, totalContents, bytes, totalBytes, repositories } = seen.at(-1) ?? {};
  assert.deepEqual([stage, contents, totalContents, repositories], ['repositories', 13, 13, 2]);
  assert.equal(bytes, totalBytes);
  assert.equal(bytes, report.bytes);
  await flipBit(contentFile(directory, long));
  assert.equal((await verify({ directory })).damaged[0]?.digest.toString(), long);
});

for (const [what, digest, images] of [
  ['config', sha256('amd'), EVERYWHERE],
  ['layer', sha256('top of amd'), EVERYWHERE],
  ['manifest that is a child of an index', sha256(AMD), EVERYWHERE],
  [
    'layer of an untagged child',
    sha256('top of arm'),
    [
      {
        repository: 'team/app',
        tags: ['both', 'nested'],
        manifests: [sha256(ARM), sha256(BOTH), sha256(NESTED)].sort(),
      },
    ],
  ],
  [
    'nested index',
    sha256(BOTH),
    [
      {
        repository: 'team/app',
        tags: ['both', 'nested'],
        manifests: [sha256(BOTH), sha256(NESTED)].sort(),
      },
    ],
  ],
] as const) {
  test(`a damaged ${what} is named with the images that need it`, async (t) => {
    const { directory } = await filled(t);
    await flipBit(contentFile(directory, digest));
    const told: Finding[] = [];
    const report = await verify({ directory, onFinding: (finding) => told.push(finding) });
    assert.deepEqual(faults(report).map(short), [{ kind: 'damaged', digest, images }]);
    assert.equal(report.damaged[0]?.reason, 'digest');
    assert.equal(report.damaged[0]?.path, contentFile(directory, digest));
    assert.deepEqual(told, report.damaged);
  });

  test(`a missing ${what} is named with the images that need it`, async (t) => {
    const { directory } = await filled(t);
    await rm(contentFile(directory, digest));
    const report = await verify({ directory });
    assert.deepEqual(faults(report).map(short), [{ kind: 'missing', digest, images }]);
  });
}

test('content that is empty, a directory or too long is damaged, and empty content is not', async (t) => {
  const { directory, handler } = await open(t);
  const [empty, none, long] = await Promise.all(
    ['one', '', 'three'].map((content) => pushBlob(handler, 'team/app', content)),
  );
  const [two] = await Promise.all([pushBlob(handler, 'team/app', 'two')]);
  await truncate(contentFile(directory, empty ?? ''), 0);
  await writeFile(contentFile(directory, long ?? ''), 'three and more');
  await rm(contentFile(directory, two));
  await mkdir(contentFile(directory, two));
  const { damaged } = await verify({ directory });
  const reasons = new Map(damaged.map(({ digest, reason }) => [digest.toString(), reason]));
  const expected = new Map([
    [empty, 'empty'],
    [long, 'digest'],
    [two, 'unreadable'],
  ]);
  assert.deepEqual([...reasons].sort(), [...expected].sort());
  assert.ok(!reasons.has(none ?? ''));
});

test('quarantined content is out of service until it is pushed again', async (t) => {
  const place = await filled(t);
  const { directory } = place;
  const layer = sha256('its layer');
  await flipBit(contentFile(directory, layer));
  await flipBit(contentFile(directory, sha256(ALONE)));
  const report = await verify({ directory, quarantine: true });
  const cell = (digest: string): string =>
    join(directory, 'docker', 'registry', 'dockgate', 'quarantine', 'sha256', digest.slice(7));
  const moved = report.damaged.map(({ digest, quarantined }) => [digest.toString(), quarantined]);
  assert.deepEqual(moved.sort(), [layer, sha256(ALONE)].map((digest) => [digest, cell(digest)]).sort());
  assert.equal((await ask(place.handler, 'GET', `/v2/team/app/blobs/${layer}`)).status, 404);
  const fresh = createRegistry({ store: await openFilesystemStore({ directory }) });
  assert.equal((await ask(fresh, 'HEAD', `/v2/team/app/blobs/${layer}`)).status, 404);
  assert.equal((await ask(fresh, 'GET', '/v2/team/app/manifests/alone')).status, 404);

  const again = await verify({ directory, quarantine: true });
  assert.deepEqual(again.missing.map(short), [
    {
      kind: 'missing',
      digest: sha256(ALONE),
      images: [{ repository: 'team/app', tags: ['alone'], manifests: [sha256(ALONE)] }],
    },
  ]);
  assert.equal(again.missing[0]?.isQuarantined, true);
  // The manifest that named the layer cannot be read any more.
  assert.deepEqual(
    again.staleLinks.map(({ digest }) => digest.toString()),
    [layer],
  );

  await pushBlob(fresh, 'team/app', 'its layer');
  await put(fresh, 'team/app', 'alone', ALONE);
  assert.equal((await ask(fresh, 'GET', `/v2/team/app/blobs/${layer}`)).bytes.toString(), 'its layer');
  assert.equal((await ask(fresh, 'GET', '/v2/team/app/manifests/alone')).bytes.toString(), ALONE);
  assert.deepEqual(faults(await verify({ directory })), []);
});

test('a manifest that a server has in memory is served on while its file is in quarantine', async (t) => {
  const { directory, handler } = await filled(t);
  assert.equal((await ask(handler, 'GET', '/v2/team/app/manifests/alone')).status, 200);
  await flipBit(contentFile(directory, sha256(ALONE)));
  await verify({ directory, quarantine: true });
  assert.equal((await ask(handler, 'GET', '/v2/team/app/manifests/alone')).bytes.toString(), ALONE);
});

test('links without a digest, tags that lead nowhere and links that nobody misses are found', async (t) => {
  const { directory, handler } = await filled(t);
  const path = linkFile(directory, 'team/app', '_layers', sha256('amd'));
  await writeFile(path, '');
  const wrong = linkFile(directory, 'team/app', '_manifests/revisions', sha256(ARM));
  await writeFile(wrong, sha256(AMD));
  await rm(linkFile(directory, 'team/app', '_manifests/revisions', sha256(ALONE)));
  const unused = await pushBlob(handler, 'team/app', 'unused');
  await rm(contentFile(directory, unused));
  const report = await verify({ directory });
  assert.deepEqual(report.brokenLinks.map((link) => link.path).sort(), [path, wrong].sort());
  assert.deepEqual(
    report.danglingTags.map(({ repository, tag, digest }) => [repository, tag, digest.toString()]),
    [['team/app', 'alone', sha256(ALONE)]],
  );
  assert.deepEqual(
    report.staleLinks.map(({ digest }) => digest.toString()),
    [unused],
  );
  assert.deepEqual([...report.damaged, ...report.missing, ...report.unheld], []);
});

test('a blob that is stored but not held by the repository whose image names it is found', async (t) => {
  const { directory } = await filled(t);
  await rm(linkFile(directory, 'other', '_layers', sha256('base')));
  const report = await verify({ directory });
  assert.deepEqual(faults(report).map(short), [
    {
      kind: 'unheld',
      digest: sha256('base'),
      images: [{ repository: 'other', tags: [], manifests: [sha256(AMD)] }],
    },
  ]);
});

test('what came of a push that healed the content while it was read is left in its place', async (t) => {
  const { directory } = await filled(t);
  const layer = sha256('its layer');
  const file = contentFile(directory, layer);
  await flipBit(file);
  const layout = new Layout(directory);
  const quarantine = new Quarantine(layout, new DurableFiles(layout));
  const { ino } = await stat(file);
  await restore(file, 'its layer');
  assert.equal(await quarantine.take(Digest.parse(layer), ino), undefined);
  assert.deepEqual(faults(await verify({ directory, quarantine: true })), []);
});

test('a verification that is ended tells what it had found', async (t) => {
  const { directory } = await filled(t);
  const controller = new AbortController();
  const report = await verify({
    directory,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  assert.equal(report.complete, false);
  assert.ok(report.contents > 0 && report.contents < 12);
});

/** A file as it is, without the care of a store: ten thousand of them have to be quick. */
function store(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

test('ten thousand contents, a thousand of them linked, are verified', async (t) => {
  const { directory, handler } = await filled(t);
  const damaged: string[] = [];
  for (let number = 0; number < 10_000; number += 1) {
    const text = `blob ${number}`;
    const digest = digestOf(text);
    store(contentFile(directory, digest), text);
    if (number % 10 === 0) store(linkFile(directory, 'many', '_layers', digest), digest);
    if (number % 500 === 0) damaged.push(digest);
  }
  for (const digest of damaged) await flipBit(contentFile(directory, digest));
  const report = await verify({ directory });
  assert.equal(report.contents, 10_012);
  assert.deepEqual(report.damaged.map(({ digest }) => digest.toString()).sort(), damaged.sort());
  assert.deepEqual([report.missing, report.staleLinks, report.complete], [[], [], true]);
  assert.equal((await ask(handler, 'GET', '/v2/team/app/manifests/alone')).status, 200);
});
