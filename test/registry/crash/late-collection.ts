import type { TestContext } from 'node:test';
import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import { collect } from '../../../src/registry/upkeep/collection.js';

const DAY = 24 * 60 * 60 * 1000;

/** Collects what a data directory holds for nobody, some milliseconds from now by every clock of this process. */
export async function collectLater(t: TestContext, data: string, milliseconds: number): Promise<void> {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + milliseconds });
  try {
    const store = await openFilesystemStore({ directory: data });
    await collect({
      store,
      workspace: store.workspace,
      grace: DAY,
      untagged: false,
      dryRun: false,
      uploadTimeout: 7 * DAY,
    });
  } finally {
    t.mock.timers.reset();
  }
}
