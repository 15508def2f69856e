import { setTimeout as delay } from 'node:timers/promises';
import type { Contender } from '../contender/contender.js';
import { processorSeconds } from '../machine/processes.js';
import { median, medians } from '../report/median.js';
import type { Line } from '../report/row-result.js';
import type { Stage } from '../stage.js';

/** One measurement of one contender. */
export interface Measurement {
  readonly value: number;
  readonly details?: Readonly<Record<string, number>>;
}

export type Measure = (contender: Contender) => Promise<Measurement>;

/** Lets work that a load has left behind come to its end: the next contender needs the processor. */
export async function settle(contender: Contender): Promise<void> {
  const { pids } = contender;
  let last = -1;
  for (let tries = 0; tries < 100; tries += 1) {
    const now = processorSeconds(pids);
    if (now === last) return;
    last = now;
    await delay(100);
  }
}

/**
 * Measures the contenders in turns, round after round, so that what happens to the machine happens to all of them.
 *
 * @param baseline name of the contender that the ratios refer to
 */
export async function takeTurns(
  stage: Stage,
  row: string,
  contenders: readonly Contender[],
  measure: Measure,
  baseline?: string,
): Promise<Line[]> {
  const { rounds } = stage.options;
  const measured = new Map<Contender, Measurement[]>(contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [contender, measurements] of measured) {
      const measurement = await measure(contender);
      measurements.push(measurement);
      stage.say(
        `${row}: round ${round} of ${rounds}: ${contender.name}: ${measurement.value.toPrecision(4)}`,
      );
      await settle(contender);
    }
  }
  const base = contenders.find(({ name }) => name === baseline);
  const reference = base === undefined ? undefined : measured.get(base);
  return [...measured].map(([{ name }, measurements]) => {
    const values = measurements.map(({ value }) => value);
    return {
      contender: name,
      values,
      median: median(values),
      ratio:
        reference === undefined
          ? undefined
          : median(values.map((value, round) => value / (reference[round]?.value ?? Number.NaN))),
      details: medians(measurements.map(({ details = {} }) => details)),
    };
  });
}

/** Seconds of processor time that a contender uses while something is done. */
export async function processorSecondsOf(contender: Contender, work: () => Promise<void>): Promise<number> {
  const { pids } = contender;
  const before = processorSeconds(pids);
  await work();
  return processorSeconds(pids) - before;
}
