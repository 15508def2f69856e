import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbedded } from '../contender/dockgate.js';
import { makeV1Image, type V1Image, type V1ImageShape } from '../fixture/v1-image.js';
import { pushV1 } from '../load/v1-client.js';
import { pullV2 } from '../load/v2-client.js';
import { median, medians } from '../report/median.js';
import type { Line, RowResult } from '../report/row-result.js';
import type { Stage } from '../stage.js';
import type { Row } from './row.js';
import { settle } from './turns.js';

const LAYERS = 10;
const LIMIT = 1;
const BASELINE = 'one read and one hash of the layers';
const SUBJECT = 'dockgate, what the first pull takes longer';

interface Round {
  /** Seconds. */
  readonly reading: number;
  readonly first: number;
  readonly second: number;
}

/** What it takes to make an image of the v1 API into one of today's, when a client of today asks for it first. */
export const bridgeRow: Row = {
  name: 'bridge',
  async measure(stage) {
    return [await measureBridge(stage, 'none'), await measureBridge(stage, 'gzip')];
  },
};

async function measureBridge(stage: Stage, compression: V1ImageShape['compression']): Promise<RowResult> {
  const name = compression === 'none' ? 'bridge' : `bridge-${compression}`;
  const { rounds, pulledLayerBytes: layerBytes } = stage.options;
  const data = join(stage.directory, `${name}-data`);
  const contender = await startEmbedded(stage, 'apr1', data);
  const measured: Round[] = [];
  // The round before the first only warms up.
  for (let round = 0; round <= rounds; round += 1) {
    const directory = join(stage.directory, `${name}-image`);
    const image = await makeV1Image(directory, { layers: LAYERS, layerBytes, compression });
    const { origin } = contender;
    const { authorization } = stage.identity;
    const place = { origin, authorization, repository: `bench/bridged-${round}` };
    await pushV1(place, image);
    await settle(contender);
    const reading = await seconds(() => readAndHash(image));
    const first = await seconds(() => pullV2(place));
    const second = await seconds(() => pullV2(place));
    image.remove();
    if (round === 0) continue;
    measured.push({ reading, first, second });
    stage.say(
      `${name}: round ${round} of ${rounds}: first ${first.toPrecision(4)}, second ${second.toPrecision(4)}`,
    );
  }
  await contender.stop(stage);
  rmSync(data, { recursive: true, force: true });
  const megabytes = Math.round((LAYERS * layerBytes) / 1e6);
  const form = compression === 'none' ? 'plain' : compression;
  return {
    name,
    title: `first pull through /v2/ of a v1 image of ${megabytes} MB, ${form} layers, beyond the second`,
    unit: 's',
    baseline: BASELINE,
    subject: SUBJECT,
    targets: [{ limit: LIMIT, of: 'ratio' }],
    lines: [line(BASELINE, measured, ({ reading }) => reading), subject(measured)],
  };
}

function subject(rounds: readonly Round[]): Line {
  const details = medians(
    rounds.map(({ first, second }) => ({ 's of the first pull': first, 's of the second pull': second })),
  );
  return { ...line(SUBJECT, rounds, ({ first, second }) => first - second), details };
}

function line(contender: string, rounds: readonly Round[], value: (round: Round) => number): Line {
  return {
    contender,
    values: rounds.map(value),
    median: median(rounds.map(value)),
    ratio: median(rounds.map((round) => value(round) / round.reading)),
    details: {},
  };
}

async function readAndHash(image: V1Image): Promise<void> {
  for (const { file, digest } of image.layers) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 }))
      hash.update(chunk as Buffer);
    if (`sha256:${hash.digest('hex')}` !== digest) throw new Error('a layer has changed');
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1e3;
}
