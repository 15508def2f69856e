import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { RegistryClient } from '../../harness/registry-client.js';
import { serve } from '../../harness/served.js';
import { DEEDS } from './deeds.js';
import { FaultyDisk, type LoggedCall, needsCompiler } from './faulty-disk.js';

/** Places whose content is shown to clients; what lies elsewhere may be lost. */
const SHOWN = /\/docker\/registry\/(?:v2|dockgate)\/(?:blobs|repositories)(?:\/|$)(?!.*\/_uploads(?:\/|$))/;

/** What a disk has been told to keep, when the power may go at any moment. */
class Promises {
  readonly #unsyncedContent = new Set<string>();
  readonly #unsyncedEntries = new Set<string>();

  /** Takes note of calls. @returns what came into sight before its content was on the disk. */
  take(calls: readonly LoggedCall[]): string[] {
    const early: string[] = [];
    for (const { what, path, to } of calls) {
      if (what === 'write') this.#unsyncedContent.add(path);
      else if (what === 'sync') this.#sync(path);
      else this.#unsyncedEntries.add(dirname(path));
      if (what === 'write' && SHOWN.test(path)) early.push(path);
      if (what !== 'rename' && what !== 'link') continue;
      this.#unsyncedEntries.add(dirname(to));
      if (!this.#unsyncedContent.has(path)) continue;
      this.#unsyncedContent.add(to);
      if (SHOWN.test(to)) early.push(to);
    }
    return early;
  }

  /** Directories in sight whose entries would be lost or come back. */
  open(): string[] {
    return [...this.#unsyncedEntries].filter((directory) => SHOWN.test(directory));
  }

  #sync(path: string): void {
    this.#unsyncedContent.delete(path);
    this.#unsyncedEntries.delete(path);
  }
}

test('what is acknowledged has been synced, content before its name', needsCompiler, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'dockgate-test-'));
  const data = join(directory, 'data');
  mkdirSync(data);
  const disk = await FaultyDisk.make(t, directory, data);
  const serving = await serve(t, directory, [], disk.loggingEnvironment);
  // Hooks run in their order: the server is gone when its directory goes.
  t.after(() => rmSync(directory, { recursive: true }));
  const client = new RegistryClient(serving);
  t.after(() => client.close());
  const promises = new Promises();
  let calls = 0;
  for (const [name, prepare] of Object.entries(DEEDS)) {
    for (let round = 0; round < 3; round += 1) {
      const deed = await prepare(client);
      assert.deepEqual(promises.take(disk.takeLog()), [], `before ${name}`);
      assert.deepEqual(promises.open(), [], `before ${name}`);
      assert.equal((await deed.send()).status, deed.status, name);
      const log = disk.takeLog();
      calls += log.length;
      assert.deepEqual(promises.take(log), [], `${name} shows what is not on the disk yet`);
      assert.deepEqual(promises.open(), [], `${name} is acknowledged before it is on the disk`);
    }
  }
  assert.ok(calls > 100, `${calls} calls were logged`);
  t.diagnostic(`${calls} calls were in the right order`);
});
