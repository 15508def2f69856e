import type { Contender } from '../contender/contender.js';
import { BUILT_IN } from '../contender/dockgate.js';
import { STACK, startStacks } from '../contender/stack.js';
import { MANIFEST_PATH } from '../fixture/image.js';
import { pushImage } from '../fixture/push-image.js';
import { type PushReport, preparePushers } from '../load/pushers.js';
import type { Row } from './row.js';
import { type Measure, processorSecondsOf, settle, takeTurns } from './turns.js';

const NAME = 'embedded-push-clients';
const LIMIT = 0.5;
const LAYERS = 50;
const LAYER_BYTES = 100_000;
const LED_IN = 2;

/** How long many clients need who push images of many small layers at the same time. All layers are new content. */
export const embeddedPushClientsRow: Row = {
  name: NAME,
  async measure(stage) {
    const fill = (origin: string): Promise<void> => pushImage(origin, stage.image);
    const stacks = await startStacks(stage, NAME, fill, MANIFEST_PATH);
    if (stacks === undefined) return [];
    const { pushClients } = stage.options;
    let times = 0;
    const pushWith = async (
      contender: Contender,
      clients: number,
    ): Promise<PushReport & { used: number }> => {
      times += 1;
      const pushers = await preparePushers(stage, {
        port: contender.port,
        authorization: stage.identity.authorization,
        repository: `bench/pushed-${times}`,
        clients,
        layers: LAYERS,
        layerBytes: LAYER_BYTES,
      });
      await settle(contender);
      let report: PushReport | undefined;
      const used = await processorSecondsOf(contender, async () => {
        report = await pushers.push();
      });
      if (report === undefined) throw new Error('the pushing clients did not report');
      return { ...report, used };
    };
    const measure: Measure = async (contender) => {
      // Not counted: what stood idle in the others' turns is cold, whoever it is.
      await pushWith(contender, Math.min(LED_IN, pushClients));
      const { seconds, used, processorSeconds, requests, slowest } = await pushWith(contender, pushClients);
      return {
        value: seconds,
        details: {
          'requests/s': requests / seconds,
          's of the slowest client': slowest,
          'CPU s of the servers': used,
          'CPU s of the clients': processorSeconds,
        },
      };
    };
    for (const contender of stacks.contenders) {
      stage.say(`${NAME}: warming up ${contender.name}`);
      await pushWith(contender, pushClients);
      await settle(contender);
    }
    const lines = await takeTurns(stage, NAME, stacks.contenders, measure, STACK);
    await stacks.stop();
    return [
      {
        name: NAME,
        title: `wall time of ${pushClients} clients pushing ${LAYERS} layers of 100 kB each`,
        unit: 's',
        baseline: STACK,
        subject: BUILT_IN,
        targets: [{ limit: LIMIT, of: 'ratio' }],
        lines,
      },
    ];
  },
};
