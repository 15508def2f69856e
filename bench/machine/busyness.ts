import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { TICKS } from './processes.js';

/** Share of the processors' time above which measurements are not to be trusted. */
const QUIET = 0.1;
/** Milliseconds over which the share is taken. */
const INTERVAL = 1_500;

function processorTime(): { readonly all: number; readonly idle: number } {
  const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n', 1);
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, ...interrupts] = line
    .split(/\s+/)
    .slice(1, 9)
    .map(Number);
  const rest = user + nice + system + interrupts.reduce((sum, ticks) => sum + ticks, 0);
  return { all: rest + idle + wait, idle: idle + wait };
}

/** Seconds that the processors together have been busy since the machine started, whoever used them. */
export function busySeconds(): number {
  const { all, idle } = processorTime();
  return (all - idle) / TICKS;
}

/** The share of the processors' time that other programs use, from 0 to 1, while the bench itself does nothing. */
export async function busyness(): Promise<number> {
  const before = processorTime();
  await delay(INTERVAL);
  const after = processorTime();
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
}

/** What to say of a machine that others use as well; undefined when it is quiet. */
export function disturbance(share: number): string | undefined {
  return share <= QUIET
    ? undefined
    : `other programs use ${Math.round(share * 100)} % of the processors: figures will be too high and unsteady; ` +
        'end those programs and measure again';
}
