import { closeSync, openSync, readSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { Digest } from '../../model/digest.js';
import { digestInLink, LINK_BYTES, readLink } from './link-reader.js';
import { TO_READ } from './opening.js';
import { isAbsent } from './system-error.js';

/** Milliseconds of this thread that are taken at a time. */
const SLICE = 2;

/** Milliseconds that a link may take before the disk counts as slow, and the other threads read the next ones. */
const SLOW = 4;

/** Links that the other threads read then. */
const ELSEWHERE = 256;

const buffer = Buffer.allocUnsafe(LINK_BYTES);

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
    file = openSync(path, TO_READ);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    return digestInLink(buffer, readSync(file, buffer, 0, LINK_BYTES, null));
  } finally {
    closeSync(file);
  }
}
