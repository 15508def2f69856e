import type { Contender, Scheme } from '../contender/contender.js';
import { type ContenderName, startContenders, verify } from '../contender/roster.js';
import { MANIFEST_PATH } from '../fixture/image.js';
import { runWrk } from '../load/wrk.js';
import type { Line } from '../report/row-result.js';
import type { Stage } from '../stage.js';
import { startSite } from '../upstream/upstream.js';
import type { Row } from './row.js';
import { type Measurement, processorSecondsOf, settle, takeTurns } from './turns.js';

/** Connections of wrk. */
const CONNECTIONS = 16;
/**
 * nginx computes a bcrypt hash for each connection before it sends any answer: with many, a short measurement ends
 * between two bursts of answers. What one request costs it does not depend on their number.
 */
const CONNECTIONS_OF_SLOW = 4;
/** Seconds that a measurement takes at least. */
const SHORTEST = { apr1: 1, bcrypt: 2 } as const satisfies Record<Scheme, number>;
/** Seconds of one measurement while a contender warms up, and how many there are at least and at most. */
const WARM_UP = 2;
const WARM_UPS = { least: 4, most: 12 };
/** Seconds of the same load before each turn, not counted: what stood idle meanwhile is cold, whoever it is. */
const LEAD_IN = 2;
/** A contender is warm when a request costs more than this share of what it cost in the measurement before. */
const STEADY = 0.95;

/** Microseconds of processor time a GET of the manifest, of contenders that run. */
export async function measureSmallRequests(
  stage: Stage,
  row: string,
  contenders: readonly Contender[],
  scheme: Scheme,
  baseline: string,
): Promise<Line[]> {
  const seconds = Math.max(stage.options.seconds, SHORTEST[scheme]);
  const measure = async (contender: Contender, duration: number): Promise<Measurement> => {
    const url = `${contender.origin}${MANIFEST_PATH}`;
    const isSlow = scheme === 'bcrypt' && contender.name === 'nginx';
    const connections = isSlow ? CONNECTIONS_OF_SLOW : CONNECTIONS;
    let requests = 0;
    const used = await processorSecondsOf(contender, async () => {
      requests = await runWrk(stage, { url, duration, connections });
    });
    return { value: (used * 1e6) / requests, details: { 'requests/s': requests / duration } };
  };
  for (const contender of contenders) {
    await verify(stage, contender);
    stage.say(`${row}: warming up ${contender.name}`);
    // V8 compiles what is called often, as it goes: the cost of a request falls for some seconds.
    let last = Number.POSITIVE_INFINITY;
    for (let times = 0; times < WARM_UPS.most; times += 1) {
      const { value } = await measure(contender, WARM_UP);
      await settle(contender);
      if (times >= WARM_UPS.least && value > last * STEADY) break;
      last = value;
    }
  }
  const turn = async (contender: Contender): Promise<Measurement> => {
    await measure(contender, LEAD_IN);
    return measure(contender, seconds);
  };
  return takeTurns(stage, row, contenders, turn, baseline);
}

/** The row for one scheme of passwords. @param limit of dockgate's ratio to nginx */
export function smallRequestRow(
  name: string,
  scheme: Scheme,
  title: string,
  limit: number,
  names: readonly ContenderName[],
): Row {
  return {
    name,
    async measure(stage) {
      const site = await startSite(stage);
      const contenders = await startContenders(stage, names, {
        scheme,
        upstream: `http://127.0.0.1:${site.port}`,
      });
      const lines = await measureSmallRequests(stage, name, contenders, scheme, 'nginx');
      for (const contender of contenders) await contender.stop(stage);
      await stage.children.end(site.child);
      return [
        {
          name,
          title,
          unit: 'us',
          baseline: 'nginx',
          subject: 'dockgate',
          targets: [{ limit, of: 'ratio' }],
          lines,
        },
      ];
    },
  };
}
