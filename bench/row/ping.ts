import { setTimeout as delay } from 'node:timers/promises';
import type { Contender } from '../contender/contender.js';
import { startContenders, verify } from '../contender/roster.js';
import { type Addresses, startAttackers } from '../load/attackers.js';
import { percentile, ping } from '../load/ping.js';
import { runWrk } from '../load/wrk.js';
import { median, medians } from '../report/median.js';
import type { RowResult } from '../report/row-result.js';
import type { Stage } from '../stage.js';
import { startSink } from '../upstream/upstream.js';
import type { Row } from './row.js';
import { settle } from './turns.js';

const LIMIT = 3;
/** Seconds. */
const WARM_UP = 4;
/** Milliseconds that a flood runs before anything is measured. */
const RUN_IN = 1_000;

interface Sample {
  /** 99th percentiles in milliseconds. */
  readonly quiet: number;
  readonly flooded: number;
  readonly details: Readonly<Record<string, number>>;
}

async function underFlood(
  stage: Stage,
  { port }: Contender,
  addresses: Addresses,
  quiet: number,
): Promise<Sample> {
  const milliseconds = stage.options.seconds * 1_000;
  const start = performance.now();
  const attackers = startAttackers(stage, port, addresses);
  await delay(RUN_IN);
  const times = await ping(port, milliseconds);
  const answers = await attackers.stop();
  const seconds = (performance.now() - start) / 1_000;
  const rates = Object.entries(answers).map(([status, count]) => [`${status}/s`, count / seconds]);
  const flooded = percentile(times, 0.99);
  return {
    quiet,
    flooded,
    details: {
      'quiet p99 ms': quiet,
      'p99 ms': flooded,
      'p50 ms': percentile(times, 0.5),
      ...Object.fromEntries(rates),
    },
  };
}

const kinds = [
  {
    addresses: 'one',
    name: 'ping-one',
    title: 'p99 of /_ping, 16 connections send wrong bcrypt-10 passwords from one address',
  },
  {
    addresses: 'many',
    name: 'ping-many',
    title: 'the same from ever new addresses, so that no throttle by address helps',
  },
] as const;

/** How long who needs no password waits while others guess passwords. */
export const pingRow: Row = {
  name: 'ping',
  async measure(stage) {
    const sink = await startSink(stage);
    const contenders = await startContenders(stage, ['nginx', 'dockgate', 'caddy'], {
      scheme: 'bcrypt',
      upstream: `http://127.0.0.1:${sink.port}`,
    });
    const samples = new Map<Contender, { readonly one: Sample[]; readonly many: Sample[] }>();
    for (const contender of contenders) {
      await verify(stage, contender);
      stage.say(`ping: warming up ${contender.name}`);
      await runWrk(stage, { url: `${contender.origin}/_ping`, duration: WARM_UP, connections: 4 });
      await ping(contender.port, 1_000);
      samples.set(contender, { one: [], many: [] });
    }
    for (let round = 1; round <= stage.options.rounds; round += 1) {
      for (const [contender, taken] of samples) {
        const quiet = percentile(await ping(contender.port, stage.options.seconds * 1_000), 0.99);
        for (const { addresses } of kinds) {
          const sample = await underFlood(stage, contender, addresses, quiet);
          taken[addresses].push(sample);
          const told = `p99 ${sample.flooded.toPrecision(3)} ms, quiet ${quiet.toPrecision(3)} ms`;
          stage.say(`ping: round ${round}: ${contender.name}: ${addresses}: ${told}`);
          await settle(contender);
        }
      }
    }
    for (const contender of contenders) await contender.stop(stage);
    await stage.children.end(sink.child);
    return kinds.map(({ addresses, name, title }): RowResult => {
      const lines = [...samples].map(([contender, taken]) => {
        const values = taken[addresses].map(({ quiet, flooded }) => flooded / quiet);
        const details = medians(taken[addresses].map((sample) => sample.details));
        return { contender: contender.name, values, median: median(values), ratio: undefined, details };
      });
      const targets = [{ limit: LIMIT, of: 'value' }] as const;
      return { name, title, unit: 'x quiet', baseline: undefined, subject: 'dockgate', targets, lines };
    });
  },
};
