import { readFileSync } from 'node:fs';
import { TICKS } from './processes.js';

/**
 * Seconds of processor time that the first threads of the processes have used so far: in our servers the one that answers
 * requests, in nginx all there are.
 */
export function firstThreadSeconds(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    try {
      const text = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1');
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It has gone.
    }
  }
  return ticks / TICKS;
}
