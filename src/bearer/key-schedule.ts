import type { TokenAlgorithm } from '../configuration/access.js';
import type { TokenKey } from './token-key.js';

/** Times in milliseconds. */
export interface Schedule {
  readonly algorithm: TokenAlgorithm;
  /** For which a key signs. */
  readonly rotation: number;
  /** The longest life of anything that is signed. */
  readonly tokenLifetime: number;
}

/** Clocks that differ, and replies that were on their way. */
const SLACK = 120_000;

/** How long a key is published before it signs: those who keep a list of keys have to fetch it anew meanwhile. */
export function leadOf({ rotation }: Schedule): number {
  return rotation / 4;
}

/** The key that signs now; undefined when none of the algorithm has begun to. */
export function signingKey(
  keys: readonly TokenKey[],
  { algorithm }: Schedule,
  now: number,
): TokenKey | undefined {
  let found: TokenKey | undefined;
  for (const key of keys) {
    if (key.algorithm !== algorithm || key.signsFrom > now) continue;
    if (found === undefined || key.signsFrom > found.signsFrom) found = key;
  }
  return found;
}

/** From when on the next key is to sign, if it is time to make it; 0: at once, since there is none. */
export function nextStart(keys: readonly TokenKey[], schedule: Schedule, now: number): number | undefined {
  const current = signingKey(keys, schedule, now);
  if (current === undefined) return 0;
  if (keys.some((key) => key.algorithm === schedule.algorithm && key.signsFrom > now)) return undefined;
  const lead = leadOf(schedule);
  const due = current.signsFrom + schedule.rotation;
  return now < due - lead ? undefined : Math.max(due, Math.ceil(now + lead));
}

/**
 * Without the keys whose last token has ended. A key signs until a later one of its algorithm does; one of an algorithm
 * that is out of use until any later one does.
 */
export function withoutEnded(keys: readonly TokenKey[], schedule: Schedule, now: number): TokenKey[] {
  return keys.filter((key) => {
    const isInUse = key.algorithm === schedule.algorithm;
    const later = keys
      .filter((other) => other.signsFrom > key.signsFrom && (!isInUse || other.algorithm === key.algorithm))
      .map(({ signsFrom }) => signsFrom);
    return later.length === 0 || Math.min(...later) + schedule.tokenLifetime + SLACK > now;
  });
}
