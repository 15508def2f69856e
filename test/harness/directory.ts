import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { afterwards } from './afterwards.js';

/** A directory for one test, removed after it. */
export function temporaryDirectory(test: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'dockgate-test-'));
  afterwards(test, () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
