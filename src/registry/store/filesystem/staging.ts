import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leftover } from '../upkeep.js';
import { entriesOf } from './directory-entries.js';
import { orUndefined } from './system-error.js';

/** Milliseconds after which nothing that is staged can be in use. */
const ABANDONED = 24 * 60 * 60 * 1000;

/** Removes what processes that died have left on its way in or out, or tells of it. Others may be at work there. */
export async function* removeAbandoned(staging: string, dryRun: boolean): AsyncGenerator<Leftover> {
  const oldest = Date.now() - ABANDONED;
  for await (const name of entriesOf(staging)) {
    const path = join(staging, name);
    const status = await orUndefined(lstat(path));
    if (status === undefined || status.ctimeMs >= oldest) continue;
    const bytes = await bytesIn(path);
    if (!dryRun) await rm(path, { recursive: true, force: true });
    yield { name, bytes };
  }
}

async function bytesIn(path: string): Promise<number> {
  const status = await orUndefined(lstat(path));
  if (status === undefined) return 0;
  if (!status.isDirectory()) return status.isFile() ? status.size : 0;
  let bytes = 0;
  for (const name of (await orUndefined(readdir(path))) ?? []) bytes += await bytesIn(join(path, name));
  return bytes;
}
