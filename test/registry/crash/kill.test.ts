import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { RegistryClient } from '../../harness/registry-client.js';
import { seededRandom } from '../../harness/seeded-random.js';
import { makeUserFile } from '../../harness/user-file.js';
import { FaultyDisk, hasCompiler } from '../disk/faulty-disk.js';
import { Inspection } from './inspection.js';
import { Lane, SHARED } from './lane.js';
import { Ledger } from './ledger.js';
import { Slot } from './slot.js';
import { checkStoredFiles } from './stored-files.js';

/** Servers to kill; more of them with DOCKGATE_TEST_KILLS. */
const KILLS = Number(process.env['DOCKGATE_TEST_KILLS'] ?? 200);

/** Servers that run on the one directory, each killed on its own. */
const SLOTS = 2;

/** Clients of each server. */
const LANES = 3;

test('what was acknowledged is whole, and nothing is half, however often servers are killed', async (t) => {
  const below = seededRandom(t);
  const directory = memoryDirectory(t);
  const data = join(directory, 'data');
  await makeUserFile(directory);
  const ledger = new Ledger();
  const lanes = Array.from({ length: SLOTS * LANES }, (_, index) => new Lane(`lane-${index}`, ledger, below));
  const slots: Slot[] = [];
  for (let index = 0; index < SLOTS; index += 1) {
    const disk = hasCompiler() ? await FaultyDisk.make(t, temporaryDirectory(t), data) : undefined;
    const own = lanes.slice(index * LANES, (index + 1) * LANES);
    slots.push(new Slot(t, directory, ledger, own, below, disk));
  }
  const checked = new Set<string>();
  // The first server makes the authority that all use.
  await slots[0]?.round();
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
  const ends = await Promise.allSettled(slots.map(untilDone));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const kills = slots.reduce((sum, slot) => sum + slot.kills, 0);
  assert.ok(kills >= KILLS);

  await checkStoredFiles(data, checked);
  const serving = await slots[0]?.start();
  assert.ok(serving);
  const client = new RegistryClient(serving);
  const inspection = new Inspection(client, ledger);
  await inspection.settle(ledger.facts.values());
  await inspection.referrers([...ledger.referrers.keys()]);
  for (const { repository } of [...lanes, { repository: SHARED }]) await inspection.tags(repository);
  await inspection.catalog([...lanes.map(({ repository }) => repository), SHARED]);
  client.close();
  const there = [...ledger.facts.values()].filter(({ register }) => register.possible()[0] !== undefined);
  t.diagnostic(
    `${kills} kills, ${ledger.facts.size} facts, ${there.length} of them there, ${checked.size} files of content`,
  );
});
