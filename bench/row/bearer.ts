import type { Contender } from '../contender/contender.js';
import { startContenders, verify } from '../contender/roster.js';
import { MANIFEST_PATH, REPOSITORY } from '../fixture/image.js';
import { runWrk } from '../load/wrk.js';
import type { Stage } from '../stage.js';
import { startSite } from '../upstream/upstream.js';
import type { Row } from './row.js';
import { type Measurement, processorSecondsOf, settle, takeTurns } from './turns.js';

const BASIC = 'dockgate, password';
const BEARER = 'dockgate, token';
const CONNECTIONS = 16;
/** Seconds of one measurement while the gateway warms up, and how many there are for each way. */
const WARM_UP = 2;
const WARM_UPS = 4;
/** Seconds of the same load before each turn, not counted. */
const LEAD_IN = 1;

/** A token for the manifest, as a client gets one. */
async function tokenOf(stage: Stage, { origin }: Contender): Promise<string> {
  const url = `${origin}/token?service=dockgate&scope=repository:${REPOSITORY}:pull`;
  const output = await stage.children.succeed(
    'curl',
    ['-sSk', '-H', `Authorization: ${stage.identity.authorization}`, url],
    stage.directory,
  );
  const { token } = JSON.parse(output) as { token?: string };
  if (token === undefined) throw new Error(`there is no token in the answer of ${url}`);
  return `Bearer ${token}`;
}

/** What a request costs whose password, or whose token, is known already: by the same process, in turns. */
export const bearerRow: Row = {
  name: 'bearer',
  async measure(stage) {
    const site = await startSite(stage);
    const [gateway] = await startContenders(stage, ['dockgate'], {
      scheme: 'bcrypt',
      upstream: `http://127.0.0.1:${site.port}`,
    });
    if (gateway === undefined) return [];
    await verify(stage, gateway);
    const authorizations = new Map([
      [BASIC, stage.identity.authorization],
      [BEARER, await tokenOf(stage, gateway)],
    ]);
    const ways = [...authorizations.keys()].map((name) => gateway.named(name));
    const measure = async (way: Contender, duration: number): Promise<Measurement> => {
      const url = `${gateway.origin}${MANIFEST_PATH}`;
      const authorization = authorizations.get(way.name) ?? '';
      let requests = 0;
      const used = await processorSecondsOf(way, async () => {
        requests = await runWrk(stage, { url, duration, connections: CONNECTIONS, authorization });
      });
      return { value: (used * 1e6) / requests, details: { 'requests/s': requests / duration } };
    };
    stage.say('bearer: warming up');
    for (let times = 0; times < WARM_UPS; times += 1) for (const way of ways) await measure(way, WARM_UP);
    await settle(gateway);
    const turn = async (way: Contender): Promise<Measurement> => {
      await measure(way, LEAD_IN);
      return measure(way, stage.options.seconds);
    };
    const lines = await takeTurns(stage, 'bearer', ways, turn, BASIC);
    await gateway.stop(stage);
    await stage.children.end(site.child);
    return [
      {
        name: 'bearer',
        title: 'CPU a GET of a 1.5 kB manifest, known password against known token',
        unit: 'us',
        baseline: BASIC,
        subject: BEARER,
        targets: [{ limit: 1, of: 'ratio' }],
        lines,
      },
    ];
  },
};
