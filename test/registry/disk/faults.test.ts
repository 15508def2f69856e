import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { errorCode, RegistryClient, sha256, type WholeReply } from '../../harness/registry-client.js';
import { seededRandom } from '../../harness/seeded-random.js';
import { type Serving, serve } from '../../harness/served.js';
import { Inspection } from '../crash/inspection.js';
import { Lane } from '../crash/lane.js';
import { Ledger } from '../crash/ledger.js';
import { checkStoredFiles, leftovers } from '../crash/stored-files.js';
import { DEEDS, type Preparation, push, REPOSITORY } from './deeds.js';
import { CALLS, FaultyDisk, needsCompiler, WRITING } from './faulty-disk.js';

const ERRORS = ['EIO', 'ENOSPC', 'EDQUOT'] as const;
type DiskError = (typeof ERRORS)[number];

interface Place {
  readonly data: string;
  readonly disk: FaultyDisk;
  readonly serving: Serving;
  readonly client: RegistryClient;
}

async function onFaultyDisk(t: TestContext): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'dockgate-test-'));
  const data = join(directory, 'data');
  mkdirSync(data);
  const disk = await FaultyDisk.make(t, directory, data);
  const serving = await serve(t, directory, [], disk.environment);
  // Hooks run in their order: the server is gone when its directory goes.
  t.after(() => rmSync(directory, { recursive: true }));
  const client = new RegistryClient(serving);
  t.after(() => client.close());
  return { data, disk, serving, client };
}

/** A failure has to be one that clients understand; a connection that ends is none that they take for success. */
function judge(failure: WholeReply | Error, errors: readonly DiskError[]): void {
  if (failure instanceof Error) return;
  const { status, body, headers } = failure;
  const code = errorCode(failure);
  const isFull = status === 507 && code === 'STORAGE_FULL' && errors.some((error) => error !== 'EIO');
  const isBroken = status === 500 && code === 'UNKNOWN' && errors.includes('EIO');
  assert.ok(isFull || isBroken, `${errors} became ${status} ${body.toString()}`);
  assert.equal(headers['docker-distribution-api-version'], 'registry/2.0');
  assert.doesNotMatch(body.toString(), /docker\/registry|\/data/, 'no path is told');
}

/** Lets each call of a deed fail in turn. @returns how many deeds met a fault. */
async function failEachCall(
  place: Place,
  prepare: Preparation,
  isLasting: boolean,
  calls: number = WRITING,
): Promise<number> {
  const { disk, client, serving } = place;
  for (let skip = 0; ; skip += 1) {
    const error = ERRORS[skip % ERRORS.length] ?? 'EIO';
    const deed = await prepare(client);
    disk.fail({ calls, error, skip, burst: isLasting ? -1 : 1, partial: skip % 2 === 1 });
    const answer = await deed.send().catch((reason: Error) => reason);
    const { failed } = disk;
    disk.heal();
    const isAcknowledged = 'status' in answer && answer.status === deed.status;
    if (!isAcknowledged) judge(answer, [error]);
    const isDone = await deed.isDone();
    if (isAcknowledged)
      assert.ok(isDone, `call ${skip} failed with ${error}, and was acknowledged all the same`);
    const isUnsynced = calls === CALLS.sync && failed > 0;
    if (isUnsynced) assert.equal(isAcknowledged, false, `sync ${skip} failed, so nothing may be promised`);
    assert.equal(serving.isOver, false, 'the server lives');
    if (failed === 0) {
      assert.ok(isAcknowledged);
      return skip;
    }
    const next = await prepare(client);
    assert.equal((await next.send()).status, deed.status, 'the next one succeeds on a sound disk');
  }
}

for (const [name, prepare] of Object.entries(DEEDS)) {
  test(`${name}: whichever call on the disk fails, the answer is true`, needsCompiler, async (t) => {
    const place = await onFaultyDisk(t);
    const single = await failEachCall(place, prepare, false);
    const lasting = await failEachCall(place, prepare, true);
    const syncs = await failEachCall(place, prepare, false, CALLS.sync);
    assert.ok(single > 0 && lasting > 0 && syncs > 0);
    t.diagnostic(`${single} calls failed alone, ${lasting} with all that followed; ${syncs} were syncs`);
    await checkStoredFiles(place.data, new Set());
    const staged = (await leftovers(place.data)).filter((file) => file.includes('/staging/'));
    t.diagnostic(`${staged.length} staged files were left`);
  });
}

test('clients at random on a disk that fails at random are never lied to', needsCompiler, async (t) => {
  const below = seededRandom(t);
  const { data, disk, client, serving } = await onFaultyDisk(t);
  const ledger = new Ledger();
  const lanes = ['one', 'two', 'three'].map((name) => new Lane(name, ledger, below));
  const inspection = new Inspection(client, ledger);
  let failures = 0;
  for (let round = 0; round < 12; round += 1) {
    const error = ERRORS[round % ERRORS.length] ?? 'EIO';
    disk.fail({
      calls: WRITING,
      error,
      chance: 5 + below(60),
      seed: below(2 ** 31),
      partial: below(2) === 0,
    });
    const door = {
      client,
      isKilled: false,
      moved: () => undefined,
      judge: (failure: WholeReply | Error) => {
        failures += 1;
        judge(failure, [error]);
      },
    };
    const walks = await Promise.allSettled(lanes.map((lane) => lane.walk(door, 15)));
    disk.heal();
    for (const walk of walks) if (walk.status === 'rejected') throw walk.reason;
    for (const lane of lanes) {
      lane.account.buryLost();
      await inspection.settle(lane.account.touched);
      lane.account.touched.clear();
    }
    assert.equal(serving.isOver, false, 'the server lives');
  }
  await inspection.settle(ledger.facts.values());
  for (const { repository } of lanes) await inspection.tags(repository);
  await checkStoredFiles(data, new Set());
  assert.ok(failures > 10, `${failures} requests failed`);
  const sound = { client, isKilled: false, moved: () => undefined };
  await Promise.all(lanes.map((lane) => lane.walk(sound, 5)));
  t.diagnostic(`${failures} requests failed, ${ledger.facts.size} facts were right`);
});

test(
  'an error in the middle of a pull ends the connection, and a new push heals it',
  needsCompiler,
  async (t) => {
    const { disk, client } = await onFaultyDisk(t);
    const content = randomBytes(1_500_000);
    const digest = await push(client, content);
    for (let skip = 0, failed = 1; failed > 0; skip += 1) {
      disk.fail({ calls: CALLS.read, skip, burst: 1 });
      const answer = await client.getBlob(REPOSITORY, digest).catch((error: Error) => error);
      failed = disk.failed;
      disk.heal();
      if ('status' in answer) {
        assert.ok([200, 500].includes(answer.status), `${answer.status} ${answer.body.toString()}`);
        if (answer.status === 200) assert.equal(sha256(answer.body), digest, 'a 200 is whole');
      }
      const again = await client.getBlob(REPOSITORY, digest);
      // What could not be read counts as damaged until it is pushed again.
      if (again.status === 200) assert.equal(sha256(again.body), digest);
      else assert.equal(errorCode(again), 'BLOB_UNKNOWN');
      await push(client, content);
      assert.equal((await client.getBlob(REPOSITORY, digest)).status, 200);
    }
  },
);
