import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { afterwards } from './afterwards.js';
import { temporaryDirectory } from './directory.js';

const MEMORY = '/dev/shm';

/** Bytes that have to be free in memory. */
const ROOM = 512 * 1024 * 1024;

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > ROOM;
  } catch {
    return false;
  }
}

/** A directory for one test that need not survive the machine: in memory, where waiting for the disk takes no time. */
export function memoryDirectory(test: TestContext): string {
  if (!hasRoom()) return temporaryDirectory(test);
  const directory = mkdtempSync(join(MEMORY, 'dockgate-test-'));
  afterwards(test, () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
