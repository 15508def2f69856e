import { setTimeout as delay } from 'node:timers/promises';
import type { Contender } from '../contender/contender.js';
import { startContenders, verify } from '../contender/roster.js';
import { MANIFEST_PATH } from '../fixture/image.js';
import { startAttackers } from '../load/attackers.js';
import { pull } from '../load/curl.js';
import { runWrk } from '../load/wrk.js';
import { median, medians } from '../report/median.js';
import type { RowResult } from '../report/row-result.js';
import type { Stage } from '../stage.js';
import { startSite } from '../upstream/upstream.js';
import type { Row } from './row.js';
import { settle } from './turns.js';

/** Of what there is to lose: the throughput without the flood, divided by that under it. */
const LIMIT = 1 / 0.9;
const CONNECTIONS = 4;
/** Seconds. */
const WARM_UP = 4;
/** Milliseconds that a flood runs before anything is measured. */
const RUN_IN = 1_000;

type Load = (stage: Stage, contender: Contender) => Promise<number>;

/** What good users do; each returns how much of it a second. */
const loads = [
  {
    name: 'guessing-pull',
    title:
      'pulls of a blob: slower by, while 16 connections send wrong bcrypt-10 passwords from ever new addresses',
    unit: 'MB/s',
    run: async (stage, { origin }) => {
      const { blobPath, blobBytes } = stage.image;
      const start = performance.now();
      await pull(stage, `${origin}${blobPath}`, stage.options.transfers, blobBytes);
      return (stage.options.transfers * blobBytes) / 1e3 / (performance.now() - start);
    },
  },
  {
    name: 'guessing-get',
    title: 'the same for GETs of a 1.5 kB manifest',
    unit: 'requests/s',
    run: async (stage, { origin }) => {
      const duration = Math.max(2, stage.options.seconds);
      const url = `${origin}${MANIFEST_PATH}`;
      return (await runWrk(stage, { url, duration, connections: CONNECTIONS })) / duration;
    },
  },
] as const satisfies readonly { name: string; title: string; unit: string; run: Load }[];

interface Sample {
  readonly quiet: number;
  readonly flooded: number;
  readonly answers: Readonly<Record<string, number>>;
}

async function measure(stage: Stage, contender: Contender, run: Load): Promise<Sample> {
  const quiet = await run(stage, contender);
  const start = performance.now();
  const attackers = startAttackers(stage, contender.port, 'many');
  await delay(RUN_IN);
  const flooded = await run(stage, contender);
  const counts = await attackers.stop();
  const seconds = (performance.now() - start) / 1_000;
  const answers = Object.entries(counts).map(([status, count]) => [`${status}/s`, count / seconds]);
  return { quiet, flooded, answers: Object.fromEntries(answers) };
}

/** What a flood of wrong passwords takes from those who have the right one. */
export const guessingRow: Row = {
  name: 'guessing',
  async measure(stage) {
    const site = await startSite(stage);
    const contenders = await startContenders(stage, ['nginx', 'dockgate'], {
      scheme: 'bcrypt',
      upstream: `http://127.0.0.1:${site.port}`,
    });
    const samples = new Map<Contender, Map<string, Sample[]>>();
    for (const contender of contenders) {
      await verify(stage, contender);
      stage.say(`guessing: warming up ${contender.name}`);
      const url = `${contender.origin}${MANIFEST_PATH}`;
      await runWrk(stage, { url, duration: WARM_UP, connections: CONNECTIONS });
      samples.set(contender, new Map(loads.map(({ name }) => [name, []])));
    }
    for (let round = 1; round <= stage.options.rounds; round += 1) {
      for (const [contender, taken] of samples) {
        for (const { name, unit, run } of loads) {
          const sample = await measure(stage, contender, run);
          taken.get(name)?.push(sample);
          const told = `${sample.quiet.toPrecision(4)} ${unit}, under flood ${sample.flooded.toPrecision(4)}`;
          stage.say(`${name}: round ${round}: ${contender.name}: ${told}`);
          await settle(contender);
        }
      }
    }
    for (const contender of contenders) await contender.stop(stage);
    await stage.children.end(site.child);
    return loads.map(({ name, title, unit }): RowResult => {
      const lines = [...samples].map(([contender, taken]) => {
        const all = taken.get(name) ?? [];
        const values = all.map(({ quiet, flooded }) => quiet / flooded);
        const details = medians(
          all.map(({ quiet, flooded, answers }) => ({
            [`${unit} quiet`]: quiet,
            [`${unit} flooded`]: flooded,
            ...answers,
          })),
        );
        return { contender: contender.name, values, median: median(values), ratio: undefined, details };
      });
      const targets = [{ limit: LIMIT, of: 'value' }] as const;
      return { name, title, unit: 'x slower', baseline: undefined, subject: 'dockgate', targets, lines };
    });
  },
};
