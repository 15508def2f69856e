import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from '../contender/contender.js';
import { startEmbedded } from '../contender/dockgate.js';
import { makeV1Image, type V1Image } from '../fixture/v1-image.js';
import { type ClientPlace, pullV1, pushV1 } from '../load/v1-client.js';
import { pullV2, pushV2 } from '../load/v2-client.js';
import type { RowResult } from '../report/row-result.js';
import type { Stage } from '../stage.js';
import type { Row } from './row.js';
import { type Measure, settle, takeTurns } from './turns.js';

const LIMIT = 1.5;
const LAYERS = 50;
const LAYER_BYTES = 100_000;

/** The two APIs of the built-in registry, each in a process of its own. */
const OLD = 'dockgate, /v1/';
const NEW = 'dockgate, /v2/';

interface Sides {
  readonly contenders: readonly Contender[];
  push(contender: Contender, repository: string, image: V1Image): Promise<void>;
  /** @returns bytes of the layers */
  pull(contender: Contender, repository: string): Promise<number>;
  stop(): Promise<void>;
}

async function startSides(stage: Stage, row: string): Promise<Sides> {
  const start = (name: string): Promise<Contender> =>
    startEmbedded(stage, 'apr1', join(stage.directory, `${row}-${name.slice(-3, -1)}`), name);
  const old = await start(OLD);
  const contenders = [await start(NEW), old];
  const place = ({ origin }: Contender, repository: string): ClientPlace => ({
    ...{ origin, repository, authorization: stage.identity.authorization },
  });
  return {
    contenders,
    push: (contender, repository, image) =>
      (contender === old ? pushV1 : pushV2)(place(contender, repository), image),
    pull: (contender, repository) => (contender === old ? pullV1 : pullV2)(place(contender, repository)),
    async stop() {
      for (const contender of contenders) await contender.stop(stage);
      for (const name of ['v1', 'v2'])
        rmSync(join(stage.directory, `${row}-${name}`), { recursive: true, force: true });
    },
  };
}

function image(stage: Stage, name: string): Promise<V1Image> {
  const shape = { layers: LAYERS, layerBytes: LAYER_BYTES, compression: 'gzip' } as const;
  return makeV1Image(join(stage.directory, name), shape);
}

function result(name: string, title: string, lines: RowResult['lines']): RowResult {
  const targets = [{ limit: LIMIT, of: 'ratio' }] as const;
  return { name, title, unit: 's', baseline: NEW, subject: OLD, targets, lines };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1e3;
}

/** How long an old client takes to push an image of many layers. Each image is new content. */
export const v1PushRow: Row = {
  name: 'v1-push',
  async measure(stage) {
    const sides = await startSides(stage, 'v1-push');
    let times = 0;
    const measure: Measure = async (contender) => {
      times += 1;
      const pushed = await image(stage, `v1-push-image-${times}`);
      const value = await seconds(() => sides.push(contender, `bench/pushed-${times}`, pushed));
      pushed.remove();
      return { value };
    };
    for (const contender of sides.contenders) {
      stage.say(`v1-push: warming up ${contender.name}`);
      await measure(contender);
      await settle(contender);
    }
    const lines = await takeTurns(stage, 'v1-push', sides.contenders, measure, NEW);
    await sides.stop();
    const title = `wall time to push ${LAYERS} layers of 100 kB, a TLS connection a request`;
    return [result('v1-push', title, lines)];
  },
};

/** How long an old client takes to pull an image of many layers. */
export const v1PullRow: Row = {
  name: 'v1-pull',
  async measure(stage) {
    const sides = await startSides(stage, 'v1-pull');
    const repository = 'bench/pulled';
    const pulled = await image(stage, 'v1-pull-image');
    const bytes = pulled.layers.reduce((sum, { size }) => sum + size, 0);
    const measure: Measure = async (contender) => {
      let received = 0;
      const value = await seconds(async () => {
        received = await sides.pull(contender, repository);
      });
      if (received !== bytes) throw new Error(`${contender.name} sent ${received} bytes of ${bytes}`);
      return { value };
    };
    for (const contender of sides.contenders) {
      stage.say(`v1-pull: warming up ${contender.name}`);
      await sides.push(contender, repository, pulled);
      await measure(contender);
      await settle(contender);
    }
    pulled.remove();
    const lines = await takeTurns(stage, 'v1-pull', sides.contenders, measure, NEW);
    await sides.stop();
    const title = `wall time to pull ${LAYERS} layers of 100 kB, a TLS connection a request`;
    return [result('v1-pull', title, lines)];
  },
};
