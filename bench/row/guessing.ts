import { setTimeout as delay } from 'node:timers/promises';
import type { Contender } from '../contender/contender.js';
import { startContenders, verify } from '../contender/roster.js';
import { MANIFEST_PATH } from '../fixture/image.js';
import { type Addresses, startAttackers } from '../load/attackers.js';
import { pullFor } from '../load/bounded-pull.js';
import { runWrk } from '../load/wrk.js';
import { firstThreadSeconds } from '../machine/event-loops.js';
import { median, medians } from '../report/median.js';
import type { RowResult } from '../report/row-result.js';
import type { Stage } from '../stage.js';
import { startSite } from '../upstream/upstream.js';
import type { Row } from './row.js';
import { settle } from './turns.js';

/** The throughput without the flood, divided by that under it: nine tenths are to be left. */
const LIMIT = 1.11;
/** Of good users. */
const CONNECTIONS = 4;
/** Seconds. */
const WARM_UP = 4;
/** Milliseconds that a flood runs before anything is measured: by then all its connections have been made. */
const RUN_IN = 5_000;
/** The same before the first round: what is allowed to a short burst of wrong passwords is used up then. */
const SOAK = 20_000;

/** What good users do; each returns how much of it was done in so many seconds. */
type Load = (stage: Stage, contender: Contender, seconds: number) => Promise<number>;

const pull: Load = async (stage, { origin }, seconds) =>
  (await pullFor(stage, `${origin}${stage.image.blobPath}`, seconds)) / 1e6;

const get: Load = (stage, { origin }, seconds) =>
  runWrk(stage, {
    url: `${origin}${MANIFEST_PATH}`,
    duration: seconds,
    connections: CONNECTIONS,
    mayStarve: true,
  });

const kinds = [
  {
    name: 'guessing-pull',
    title:
      'pulls of a blob: slower by, while 16 connections send wrong bcrypt-10 passwords from ever new addresses',
    unit: 'MB',
    load: pull,
    addresses: 'many',
    connections: 16,
  },
  {
    name: 'guessing-get',
    title: 'the same for GETs of a 1.5 kB manifest',
    unit: 'request',
    load: get,
    addresses: 'many',
    connections: 16,
  },
  {
    name: 'guessing-pull-names',
    title:
      'pulls of a blob: slower by, while 200 connections send each wrong password for another user as well',
    unit: 'MB',
    load: pull,
    addresses: 'names',
    connections: 200,
  },
  {
    name: 'guessing-get-names',
    title: 'the same for GETs of a 1.5 kB manifest',
    unit: 'request',
    load: get,
    addresses: 'names',
    connections: 200,
  },
] as const satisfies readonly {
  name: string;
  title: string;
  unit: string;
  load: Load;
  addresses: Addresses;
  connections: number;
}[];

type Kind = (typeof kinds)[number];

/** What was done in a second, and what processor time of the thread that answers it a unit of it cost, in microseconds. */
interface Part {
  readonly rate: number;
  readonly cost: number;
}

interface Sample {
  readonly quiet: Part;
  readonly flooded: Part;
  readonly details: Readonly<Record<string, number>>;
}

async function part(stage: Stage, contender: Contender, load: Load): Promise<Part> {
  const seconds = Math.max(2, stage.options.seconds);
  const before = firstThreadSeconds(contender.pids);
  const done = await load(stage, contender, seconds);
  const used = firstThreadSeconds(contender.pids) - before;
  // Where nothing was done in that time, one in it would have been more.
  return { rate: Math.max(1, done) / seconds, cost: (used * 1e6) / Math.max(1, done) };
}

/** Without, with and without a flood: what else happens on the machine does not fall on one side alone. */
async function measure(
  stage: Stage,
  contender: Contender,
  { load, addresses, connections }: Kind,
): Promise<Sample> {
  const first = await part(stage, contender, load);
  const start = performance.now();
  const attackers = startAttackers(stage, contender.port, addresses, connections);
  await delay(RUN_IN);
  const flooded = await part(stage, contender, load);
  const attackersUse = attackers.seconds;
  const counts = await attackers.stop();
  const seconds = (performance.now() - start) / 1_000;
  await settle(contender);
  const last = await part(stage, contender, load);
  const answers = Object.entries(counts).map(([status, count]) => [`${status}/s`, count / seconds]);
  return {
    quiet: { rate: (first.rate + last.rate) / 2, cost: (first.cost + last.cost) / 2 },
    flooded,
    details: { "attackers' processor share": attackersUse / seconds, ...Object.fromEntries(answers) },
  };
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
      const attackers = startAttackers(stage, contender.port, 'names');
      await delay(SOAK);
      await attackers.stop();
      samples.set(contender, new Map(kinds.map(({ name }) => [name, []])));
    }
    for (let round = 1; round <= stage.options.rounds; round += 1) {
      for (const [contender, taken] of samples) {
        for (const kind of kinds) {
          const { name, unit } = kind;
          const sample = await measure(stage, contender, kind);
          taken.get(name)?.push(sample);
          const { quiet, flooded } = sample;
          const told = `${quiet.rate.toPrecision(4)} ${unit}/s, under flood ${flooded.rate.toPrecision(4)}, ${(flooded.cost / quiet.cost).toPrecision(3)} x costlier`;
          stage.say(`${name}: round ${round}: ${contender.name}: ${told}`);
        }
      }
    }
    for (const contender of contenders) await contender.stop(stage);
    await stage.children.end(site.child);
    return kinds.map(({ name, title, unit }) => resultOf(samples, name, title, unit));
  },
};

function resultOf(
  samples: ReadonlyMap<Contender, ReadonlyMap<string, readonly Sample[]>>,
  name: string,
  title: string,
  unit: string,
): RowResult {
  const lines = [...samples].map(([contender, taken]) => {
    const all = taken.get(name) ?? [];
    const values = all.map(({ quiet, flooded }) => quiet.rate / flooded.rate);
    const shown = medians(
      all.map(({ quiet, flooded, details }) => ({
        [`${unit}/s quiet`]: quiet.rate,
        [`${unit}/s flooded`]: flooded.rate,
        'x costlier': flooded.cost / quiet.cost,
        [`us a ${unit} quiet`]: quiet.cost,
        [`us a ${unit} flooded`]: flooded.cost,
        ...details,
      })),
    );
    return { contender: contender.name, values, median: median(values), ratio: undefined, details: shown };
  });
  const targets = [{ limit: LIMIT, of: 'value' }] as const;
  return { name, title, unit: 'x slower', baseline: undefined, subject: 'dockgate', targets, lines };
}
