import { join } from 'node:path';
import type { Contender } from '../contender/contender.js';
import { BUILT_IN, startEmbedded } from '../contender/dockgate.js';
import { fillDirectory, removeDirectory } from '../fixture/filled-directory.js';
import { KeptConnection } from '../load/kept-connection.js';
import { percentile } from '../load/ping.js';
import type { RowResult } from '../report/row-result.js';
import type { Stage } from '../stage.js';
import type { Row } from './row.js';
import { type Measure, type Measurement, settle, takeTurns } from './turns.js';

/** Milliseconds. */
const LIMIT = 50;
const GROWTH = 2;
const TENTH = 'dockgate, a tenth of it';
/** Requests in one measurement at least, however slow. */
const FEWEST = 10;
/** Milliseconds of the same requests before each turn, not counted. */
const LEAD_IN = 1_000;

const PAGE = 100;

interface List {
  readonly name: string;
  readonly title: string;
  readonly path: string;
  /** Names that the page has at least, as long as there are so many. */
  readonly names: number;
}

function lists({ options }: Stage): List[] {
  const repositories = options.repositories.toLocaleString('en-US');
  const tags = options.tags.toLocaleString('en-US');
  const catalog = `ms to the first page of _catalog, ${repositories} repositories`;
  const tagged = `ms to a page of ${tags} tags`;
  const path = '/v2/bench/tagged/tags/list';
  // In the middle of the smaller list, so that both are asked for the same page.
  const later = Math.floor(options.tags / 20);
  return [
    { name: 'lists-catalog', title: `${catalog}, n=${PAGE}`, path: `/v2/_catalog?n=${PAGE}`, names: PAGE },
    { name: 'lists-catalog-default', title: `${catalog}, no n`, path: '/v2/_catalog', names: 1 },
    { name: 'lists-tags', title: `${tagged}, n=${PAGE}`, path: `${path}?n=${PAGE}`, names: PAGE },
    {
      name: 'lists-tags-later',
      title: `${tagged}, n=${PAGE}, after the first ${later.toLocaleString('en-US')}`,
      path: `${path}?n=${PAGE}&last=tag-${String(later - 1).padStart(6, '0')}`,
      names: PAGE,
    },
    { name: 'lists-tags-default', title: `${tagged}, no n`, path, names: 1 },
  ];
}

/** Asks for a page again and again. @returns milliseconds from the request to the whole answer, in the middle */
async function ask(stage: Stage, { port }: Contender, list: List, least: number): Promise<Measurement> {
  const connection = await KeptConnection.open(port, stage.identity.authorization);
  const times: number[] = [];
  let bytes = 0;
  let names = 0;
  const end = performance.now() + least;
  while (times.length < FEWEST || performance.now() < end) {
    const start = performance.now();
    const { status, head, body } = await connection.send({ method: 'GET', path: list.path });
    times.push(performance.now() - start);
    if (status !== 200) throw new Error(`GET ${list.path} was answered with ${head}`);
    if (bytes !== body.length) names = count(body);
    bytes = body.length;
    if (names < list.names) throw new Error(`GET ${list.path} has brought ${names} names`);
  }
  connection.close();
  times.sort((one, other) => one - other);
  return { value: percentile(times, 0.5), details: { 'p99 ms': percentile(times, 0.99), names } };
}

function count(body: Buffer): number {
  const page = JSON.parse(body.toString()) as { repositories?: unknown[]; tags?: unknown[] };
  return (page.repositories ?? page.tags ?? []).length;
}

async function measureList(stage: Stage, list: List, contenders: readonly Contender[]): Promise<RowResult> {
  const measure: Measure = async (contender) => {
    await ask(stage, contender, list, Math.min(LEAD_IN, stage.options.seconds * 1_000));
    return ask(stage, contender, list, stage.options.seconds * 1_000);
  };
  for (const contender of contenders) {
    stage.say(`${list.name}: warming up ${contender.name}`);
    await ask(stage, contender, list, stage.options.seconds * 1_000);
    await settle(contender);
  }
  return {
    name: list.name,
    title: list.title,
    unit: 'ms',
    baseline: TENTH,
    subject: BUILT_IN,
    targets: [
      { limit: LIMIT, of: 'value' },
      { limit: GROWTH, of: 'ratio' },
    ],
    lines: await takeTurns(stage, list.name, contenders, measure, TENTH),
  };
}

/** How long a page of a long list takes, against the same page of one that is a tenth as long. */
export const listsRow: Row = {
  name: 'lists',
  async measure(stage) {
    const { repositories, tags } = stage.options;
    const contenders: Contender[] = [];
    const directories: string[] = [];
    for (const [name, share] of [
      [BUILT_IN, 1],
      [TENTH, 10],
    ] as const) {
      const directory = join(stage.directory, `lists-${share}`);
      directories.push(directory);
      stage.say(`lists: writing ${repositories / share} repositories and ${tags / share} tags`);
      await fillDirectory(stage, 'lists', directory, repositories / share, tags / share);
      contenders.push(await startEmbedded(stage, 'apr1', directory, name));
    }
    const results: RowResult[] = [];
    for (const list of lists(stage)) results.push(await measureList(stage, list, contenders));
    for (const contender of contenders) await contender.stop(stage);
    for (const directory of directories) await removeDirectory(stage, directory);
    return results;
  },
};
