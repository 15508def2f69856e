import type { Contender, Scheme } from '../contender/contender.js';
import { type ContenderName, startContenders, verify } from '../contender/roster.js';
import { MANIFEST_PATH } from '../fixture/image.js';
import { runWrk } from '../load/wrk.js';
import type { Line } from '../report/row-result.js';
import type { Stage } from '../stage.js';
import { startSite } from '../upstream/upstream.js';
import type { Row } from './row.js';
import { processorSecondsOf, settle, takeTurns } from './turns.js';

/**
 * Connections of wrk. nginx computes a bcrypt hash for each of them before it sends any answer, so that with many a
 * short measurement ends between two bursts of answers.
 */
const CONNECTIONS = { apr1: 16, bcrypt: 4 } as const satisfies Record<Scheme, number>;
/** Seconds that a measurement takes at least. */
const SHORTEST = { apr1: 1, bcrypt: 2 } as const satisfies Record<Scheme, number>;
/** Seconds after which V8 has compiled all that it will. */
const WARM_UP = 3;

/** Microseconds of processor time a GET of the manifest, of contenders that run. */
export async function measureSmallRequests(
  stage: Stage,
  row: string,
  contenders: readonly Contender[],
  scheme: Scheme,
  baseline: string,
): Promise<Line[]> {
  const seconds = Math.max(stage.options.seconds, SHORTEST[scheme]);
  const load = (contender: Contender, duration: number): Promise<number> =>
    runWrk(stage, { url: `${contender.origin}${MANIFEST_PATH}`, duration, connections: CONNECTIONS[scheme] });
  for (const contender of contenders) {
    await verify(stage, contender);
    stage.say(`${row}: warming up ${contender.name}`);
    await load(contender, Math.max(WARM_UP, seconds));
    await settle(contender);
  }
  return takeTurns(
    stage,
    row,
    contenders,
    async (contender) => {
      let requests = 0;
      const used = await processorSecondsOf(contender, async () => {
        requests = await load(contender, seconds);
      });
      return { value: (used * 1e6) / requests, details: { 'requests/s': requests / seconds } };
    },
    baseline,
  );
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
          target: { limit, of: 'ratio' },
          lines,
        },
      ];
    },
  };
}
