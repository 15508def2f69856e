import { type Stats, stat, statSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { isAbsent } from './system-error.js';

/** Milliseconds that a look at a file may take before the disk counts as slow. In memory it takes some microseconds. */
const SLOW = 4;

/** Milliseconds for which a disk counts as slow. */
const PAUSE = 1000;

/** The status of a file; undefined when it is not there. */
export function statusOf(path: string): Promise<Stats | undefined> {
  return new Promise((resolve, reject) => {
    stat(path, (error, stats) => {
      if (error === null) resolve(stats);
      else if (isAbsent(error)) resolve(undefined);
      else reject(error);
    });
  });
}

/**
 * Looks at files that have been looked at lately, whose status the system has in memory: on this thread, since handing
 * such a look to another and back costs ten times as much as the look. A disk that makes this thread wait is left to
 * the other threads for a while.
 */
export class NearFiles {
  #slowUntil = 0;

  /** As {@link statusOf}. */
  status(path: string): Stats | undefined | Promise<Stats | undefined> {
    const begun = performance.now();
    if (begun < this.#slowUntil) return statusOf(path);
    let status: Stats | undefined;
    try {
      status = statSync(path, { throwIfNoEntry: false });
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
    const ended = performance.now();
    if (ended - begun > SLOW) this.#slowUntil = ended + PAUSE;
    return status;
  }
}
