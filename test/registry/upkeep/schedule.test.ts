import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CollectionMemory } from '../../../src/registry/upkeep/collection-state.js';
import { Collections } from '../../../src/registry/upkeep/collections.js';
import { CollectionSchedule } from '../../../src/registry/upkeep/schedule.js';
import { until } from '../../harness/until.js';
import { type Fixture, pushImage } from '../fixture.js';
import { collectIn, inFixture, workspaceOf } from './collecting.js';

const HOUR = 60 * 60 * 1000;

interface Scheduled {
  readonly events: string[];
  stop(): Promise<void>;
}

function schedule(fixture: Fixture, interval: number): Scheduled {
  const events: string[] = [];
  const workspace = workspaceOf(fixture);
  const listener = {
    started: () => events.push('started'),
    ended: () => events.push('ended'),
    failed: (error: unknown) => events.push(String(error)),
  };
  const terms = { grace: HOUR, untagged: false, dryRun: false };
  const { store } = fixture;
  const collections = new Collections({ store, workspace, terms, uploadTimeout: HOUR, listener });
  const scheduled = new CollectionSchedule(collections, workspace, interval, listener);
  scheduled.start();
  return {
    events,
    stop: async () => {
      await Promise.all([scheduled.stop(), collections.stop()]);
    },
  };
}

test('collections come again and again', () =>
  inFixture(async (fixture) => {
    const { events, stop } = schedule(fixture, 20);
    await until(() => events.length >= 6, 'three collections');
    await stop();
    assert.deepEqual(events.slice(0, 4), ['started', 'ended', 'started', 'ended']);
    const count = events.length;
    await collectIn(fixture);
    assert.equal(events.length, count);
  }));

test('the first collection waits for the interval, and a restart does not put it off', () =>
  inFixture(async (fixture) => {
    const memory = new CollectionMemory(workspaceOf(fixture));
    const first = schedule(fixture, HOUR);
    await until(async () => (await memory.last()) !== undefined, 'the first look');
    const seen = await memory.last();
    await first.stop();
    const second = schedule(fixture, HOUR);
    await second.stop();
    assert.deepEqual(await memory.last(), seen);
    assert.deepEqual([first.events, second.events], [[], []]);
    await memory.saveLast({ finished: Date.now() - 2 * HOUR });
    const third = schedule(fixture, HOUR);
    await until(() => third.events.length === 2, 'a collection');
    await third.stop();
    assert.deepEqual(third.events, ['started', 'ended']);
  }));

test('an interrupted collection goes on at once', () =>
  inFixture(async (fixture) => {
    await pushImage(fixture.handler, 'app', 'v1');
    const memory = new CollectionMemory(workspaceOf(fixture));
    await memory.saveLast({ finished: Date.now() });
    const controller = new AbortController();
    const options = { grace: HOUR, signal: controller.signal, onProgress: () => controller.abort() };
    await assert.rejects(collectIn(fixture, options), { name: 'AbortError' });
    const { events, stop } = schedule(fixture, HOUR);
    await until(() => events.length === 2, 'a collection');
    await stop();
    assert.equal((await memory.last())?.report?.resumed, true);
  }));

test('another process that collects is no failure, and a broken directory is one', () =>
  inFixture(async (fixture) => {
    await mkdir(workspaceOf(fixture), { recursive: true });
    await writeFile(join(workspaceOf(fixture), 'running'), '');
    await new CollectionMemory(workspaceOf(fixture)).saveLast({ finished: 0 });
    const busy = schedule(fixture, 10);
    const broken = schedule({ ...fixture, directory: join(workspaceOf(fixture), 'running') }, 10);
    await until(() => broken.events.length > 0, 'a failure');
    await busy.stop();
    await broken.stop();
    assert.deepEqual(busy.events, []);
    assert.match(broken.events[0] ?? '', /ENOTDIR/);
  }));

test('never is never', () =>
  inFixture(async (fixture) => {
    const { events, stop } = schedule(fixture, Number.POSITIVE_INFINITY);
    await stop();
    assert.deepEqual(events, []);
    assert.equal(await new CollectionMemory(workspaceOf(fixture)).last(), undefined);
  }));
