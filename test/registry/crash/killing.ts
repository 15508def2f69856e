import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { RegistryClient } from '../../harness/registry-client.js';
import { seededRandom } from '../../harness/seeded-random.js';
import { makeUserFile } from '../../harness/user-file.js';
import { FaultyDisk } from '../disk/faulty-disk.js';
import { Inspection } from './inspection.js';
import { Lane, SHARED } from './lane.js';
import { collectLater } from './late-collection.js';
import { Ledger } from './ledger.js';
import { type Manner, Slot } from './slot.js';
import { checkStoredFiles, leftovers } from './stored-files.js';

/** Clients of each server. */
const LANES = 3;

/** Servers that each test kills. More find more: 70 take some three minutes a test. */
const KILLS = Number(process.env['DOCKGATE_TEST_KILLS'] ?? 10);

/** Milliseconds. */
const MONTH = 30 * 24 * 60 * 60 * 1000;

/**
 * Kills servers on one directory again and again while clients push to them, and checks after each start what the
 * clients were promised: with a sample each time, and all of it at the end.
 *
 * @param slots servers that run at the same time.
 */
export async function killServers(t: TestContext, slots: number, manner: Manner): Promise<void> {
  const below = seededRandom(t);
  const directory = memoryDirectory(t);
  const data = join(directory, 'data');
  await makeUserFile(directory);
  const ledger = new Ledger();
  const lanes = Array.from({ length: slots * LANES }, (_, index) => new Lane(`lane-${index}`, ledger, below));
  const running: Slot[] = [];
  for (let index = 0; index < slots; index += 1) {
    const disk = manner !== 'signal' ? await FaultyDisk.make(t, temporaryDirectory(t), data) : undefined;
    const own = lanes.slice(index * LANES, (index + 1) * LANES);
    running.push(new Slot(t, directory, ledger, own, below, manner, disk));
  }
  const checked = new Set<string>();
  // The first server makes the authority that all use.
  await running[0]?.round();
  let started = 1;
  const untilDone = async (slot: Slot): Promise<void> => {
    try {
      while (started < KILLS) {
        started += 1;
        await slot.round();
      }
    } catch (error) {
      // The others end their round too, so that no server outlives the test.
      started = KILLS;
      throw error;
    }
  };
  const ends = await Promise.allSettled(running.map(untilDone));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  assert.ok(running.reduce((sum, slot) => sum + slot.kills, 0) >= KILLS);

  await checkStoredFiles(data, checked);
  const serving = await running[0]?.start();
  assert.ok(serving);
  const client = new RegistryClient(serving);
  const inspection = new Inspection(client, ledger);
  await inspection.settle(ledger.facts.values());
  await inspection.referrers([...ledger.referrers.keys()]);
  for (const { repository } of [...lanes, { repository: SHARED }]) await inspection.tags(repository);
  await inspection.catalog([...lanes.map(({ repository }) => repository), SHARED]);
  // Much later, clean-up takes what dead servers have left on the way, and nothing that was promised.
  const left = await leftovers(data);
  assert.ok(left.length > 0, 'servers that were killed leave something');
  await collectLater(t, data, MONTH);
  assert.deepEqual(await leftovers(data), [], 'what was abandoned has gone');
  await inspection.settle([...ledger.facts.values()].filter(({ kind }) => kind !== 'blob'));
  client.close();
  const there = [...ledger.facts.values()].filter(({ register }) => register.possible()[0] !== undefined);
  t.diagnostic(
    `${KILLS} kills, ${ledger.facts.size} facts, ${there.length} of them there, ${checked.size} files of content, ${left.length} abandoned`,
  );
}
