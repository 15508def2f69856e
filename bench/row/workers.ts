import { join } from 'node:path';
import type { Contender } from '../contender/contender.js';
import { verify } from '../contender/roster.js';
import { startWorkers } from '../contender/workers.js';
import { fillDirectory, removeDirectory } from '../fixture/filled-directory.js';
import { runWrk } from '../load/wrk.js';
import { endedChildrenSeconds, processorSeconds } from '../machine/processes.js';
import type { RowResult, Target } from '../report/row-result.js';
import type { Stage } from '../stage.js';
import type { Row } from './row.js';
import { type Measurement, settle, takeTurns } from './turns.js';

const ONE = 'dockgate, one worker';
const TWO = 'dockgate, two workers';
const ALONE = 'dockgate, no workers';
/** Repositories of the registry; the user sees eleven of them. */
const REPOSITORIES = 1_000;
const MANIFEST = '/v2/bench/tagged/manifests/tag-000000';
/** 1.7 times as many requests in the same time. */
const LIMIT = 0.588;
/** Few enough that their handshakes do not count, and enough that no worker ever waits. */
const CONNECTIONS = 32;
/** Seconds of one measurement while a contender warms up, how many there are, and of the lead-in to each turn. */
const WARM_UP = 2;
const WARM_UPS = 4;
const LEAD_IN = 1;

interface Load {
  readonly name: string;
  readonly title: string;
  readonly path: string;
  readonly single?: true;
  readonly targets: readonly Target[];
}

const loads: readonly Load[] = [
  {
    name: 'workers-list',
    title: `wall time / requests, GET of the 11 of ${REPOSITORIES} repositories that the user may see`,
    path: '/v2/_catalog?n=1000',
    targets: [{ limit: LIMIT, of: 'ratio' }],
  },
  {
    name: 'workers-get',
    title: 'wall time / requests, GET of a stored manifest; the load takes a good part of one processor',
    path: MANIFEST,
    targets: [],
  },
  {
    name: 'workers-connect',
    title: 'wall time / requests, GET of /_ping, each on a new TLS connection',
    path: '/_ping',
    single: true,
    targets: [],
  },
];

/** What the requests of some seconds cost, and whom. */
async function measure(
  stage: Stage,
  { origin, pids }: Contender,
  { path, single }: Load,
  duration: number,
): Promise<Measurement> {
  const [primary = 0, ...workers] = pids;
  const before = [processorSeconds([primary]), processorSeconds(workers), endedChildrenSeconds()];
  const load = { url: `${origin}${path}`, duration, connections: CONNECTIONS };
  const requests = await runWrk(stage, single === true ? { ...load, single } : load);
  const after = [processorSeconds([primary]), processorSeconds(workers), endedChildrenSeconds()];
  const [first = 0, others = 0, client = 0] = after.map((seconds, index) => seconds - (before[index] ?? 0));
  return {
    value: (duration * 1e6) / requests,
    details: {
      'requests/s': requests / duration,
      'CPU us': ((first + others) * 1e6) / requests,
      'first process us': (first * 1e6) / requests,
      'workers us': (others * 1e6) / requests,
      'wrk us': (client * 1e6) / requests,
      'requests per CPU s of the server': requests / (first + others),
    },
  };
}

async function measureLoad(stage: Stage, load: Load, contenders: readonly Contender[]): Promise<RowResult> {
  for (const contender of contenders) {
    stage.say(`${load.name}: warming up ${contender.name}`);
    for (let times = 0; times < WARM_UPS; times += 1) await measure(stage, contender, load, WARM_UP);
    await settle(contender);
  }
  const turn = async (contender: Contender): Promise<Measurement> => {
    await measure(stage, contender, load, LEAD_IN);
    return measure(stage, contender, load, stage.options.seconds);
  };
  const { name, title, targets } = load;
  const lines = await takeTurns(stage, name, contenders, turn, ONE);
  return { name, title, unit: 'us', baseline: ONE, subject: TWO, targets, lines };
}

/** What a second worker brings, and what the process in front of the workers costs. */
export const workersRow: Row = {
  name: 'workers',
  async measure(stage) {
    const contenders: Contender[] = [];
    const directories: string[] = [];
    for (const [count, name] of [ALONE, ONE, TWO].entries()) {
      const directory = join(stage.directory, `workers-${count}`);
      directories.push(directory);
      await fillDirectory(stage, 'lists', directory, REPOSITORIES, 1);
      contenders.push(await startWorkers(stage, name, directory, count));
    }
    for (const contender of contenders) await verify(stage, contender, MANIFEST);
    const results: RowResult[] = [];
    for (const load of loads) results.push(await measureLoad(stage, load, contenders));
    for (const contender of contenders) await contender.stop(stage);
    for (const directory of directories) await removeDirectory(stage, directory);
    return results;
  },
};
