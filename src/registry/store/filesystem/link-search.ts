import { closeSync, constants, openSync, readSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { Digest } from '../../model/digest.js';
import { readLink } from './link-reader.js';
import { isAbsent } from './system-error.js';

/** Milliseconds of this thread that are taken at a time. */
const SLICE = 2;

/** Milliseconds that a link may take before the disk counts as slow, and the other threads read the next ones. */
const SLOW = 4;

/** Links that the other threads read then. */
const ELSEWHERE = 256;

/** Bytes: more than any link has. */
const LONGEST = 256;

const buffer = Buffer.allocUnsafe(LONGEST);

/**
 * Finds the links that lead to a digest among very many. They are read on this thread, a slice at a time: handing each to
 * another thread and back, four times a link, would cost ten times as much.
 */
export async function* linksTo<Item>(
  items: readonly Item[],
  pathOf: (item: Item) => string,
  digest: Digest,
): AsyncGenerator<Item> {
  let elsewhere = 0;
  let sliceEnds = performance.now() + SLICE;
  for (const item of items) {
    const begun = performance.now();
    if (begun > sliceEnds) {
      await setImmediate();
      sliceEnds = performance.now() + SLICE;
    }
    const found = elsewhere > 0 ? await readLink(pathOf(item)) : readLinkNow(pathOf(item));
    if (elsewhere > 0) elsewhere -= 1;
    else if (performance.now() - begun > SLOW + SLICE) elsewhere = ELSEWHERE;
    if (found?.equals(digest) === true) yield item;
  }
}

function readLinkNow(path: string): Digest | undefined {
  let file: number;
  try {
    // What is no file must not make this thread wait.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    const length = readSync(file, buffer, 0, LONGEST, null);
    return Digest.read(buffer.toString('latin1', 0, length).trim());
  } finally {
    closeSync(file);
  }
}
