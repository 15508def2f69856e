import type { Place } from './problem.js';

/** One value as the operator wrote it, not checked yet. */
export interface Written {
  readonly text: string;
  /** How messages name it: `timeouts.idle`, `DOCKGATE_TIMEOUTS_IDLE` or `--grace`. */
  readonly subject: string;
  readonly place: Place | undefined;
  /** What a relative path is relative to; absolute. */
  readonly directory: string;
}

/** What one source (flags, environment, file) says, by the path of the setting. Absent: it says nothing. */
export type Source = ReadonlyMap<string, readonly Written[]>;
