import type { Contender } from '../contender/contender.js';
import { BUILT_IN } from '../contender/dockgate.js';
import { STACK, startStacks } from '../contender/stack.js';
import { type LayeredImage, pushLayeredImage } from '../fixture/layered-image.js';
import { pullImage } from '../load/curl.js';
import { busySeconds } from '../machine/busyness.js';
import type { Stage } from '../stage.js';
import type { Row } from './row.js';
import { type Measure, processorSecondsOf, settle, takeTurns } from './turns.js';

const NAME = 'embedded-pull-clients';
const LIMIT = 0.5;
const LAYERS = 10;
const LED_IN = 5;

async function pullTogether(
  stage: Stage,
  { origin }: Contender,
  image: LayeredImage,
  clients: number,
): Promise<void> {
  await Promise.all(Array.from({ length: clients }, () => pullImage(stage, origin, image)));
}

/** How long many clients need who pull the same image at the same time. */
export const embeddedPullClientsRow: Row = {
  name: NAME,
  async measure(stage) {
    const { pullClients: clients, pulledLayerBytes: layerBytes } = stage.options;
    const repository = 'bench/layers';
    let image: LayeredImage | undefined;
    const push = async (origin: string): Promise<void> => {
      image = await pushLayeredImage(origin, repository, LAYERS, layerBytes);
    };
    const stacks = await startStacks(stage, NAME, push, `/v2/${repository}/manifests/latest`);
    if (stacks === undefined || image === undefined) return [];
    const pulled = image;
    const measure: Measure = async (contender) => {
      // Not counted: what stood idle in the others' turns is cold, whoever it is.
      await pullTogether(stage, contender, pulled, Math.min(LED_IN, clients));
      const busy = busySeconds();
      const start = performance.now();
      const used = await processorSecondsOf(contender, () => pullTogether(stage, contender, pulled, clients));
      const seconds = (performance.now() - start) / 1e3;
      return {
        value: seconds,
        details: {
          'GB/s': (clients * pulled.bytes) / 1e9 / seconds,
          'CPU s of the servers': used,
          'CPU s of all others': busySeconds() - busy - used,
        },
      };
    };
    for (const contender of stacks.contenders) {
      stage.say(`${NAME}: warming up ${contender.name}`);
      await pullTogether(stage, contender, pulled, clients);
      await settle(contender);
    }
    const lines = await takeTurns(stage, NAME, stacks.contenders, measure, STACK);
    await stacks.stop();
    const megabytes = Math.round((LAYERS * layerBytes) / 1e6);
    return [
      {
        name: NAME,
        title: `wall time of ${clients} clients pulling one image of ${LAYERS} layers and ${megabytes} MB`,
        unit: 's',
        baseline: STACK,
        subject: BUILT_IN,
        targets: [{ limit: LIMIT, of: 'ratio' }],
        lines,
      },
    ];
  },
};
