import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contender } from '../contender/contender.js';
import { startContenders, verify } from '../contender/roster.js';
import { pull, push } from '../load/curl.js';
import { residentMemory } from '../machine/processes.js';
import { median } from '../report/median.js';
import type { Stage } from '../stage.js';
import { startSink } from '../upstream/upstream.js';
import type { Row } from './row.js';
import type { Measurement } from './turns.js';

/** Transfers each way at the same time. */
const EACH_WAY = 32;
const LIMIT = 200;
/** Milliseconds between two looks at the memory. */
const INTERVAL = 250;
const MEGABYTE = 1e6;

async function measure(stage: Stage, contender: Contender, path: string): Promise<Measurement> {
  const { pids } = contender;
  const before = residentMemory(pids).now;
  const samples: number[] = [];
  let running = true;
  const watch = (async () => {
    while (running) {
      samples.push(residentMemory(pids).now / MEGABYTE);
      await delay(INTERVAL);
    }
  })();
  const bytes = stage.options.flowBytes;
  const flows = Array.from({ length: EACH_WAY }, () => [
    pull(stage, `${contender.origin}/made/${bytes}`, 1, bytes),
    push(stage, `${contender.origin}/v2/bench/image/blobs/uploads/1`, 1, { path, bytes }),
  ]);
  try {
    await Promise.all(flows.flat());
  } finally {
    running = false;
    await watch;
  }
  const quarter = Math.max(1, samples.length >> 2);
  return {
    value: residentMemory(pids).peak / MEGABYTE,
    details: {
      'MB before': before / MEGABYTE,
      'MB in the second quarter': median(samples.slice(quarter, 2 * quarter)),
      'MB in the last quarter': median(samples.slice(-quarter)),
    },
  };
}

/** Whether memory stays the same however much is under way. Once for each contender: it is long. */
export const memoryRow: Row = {
  name: 'memory',
  async measure(stage) {
    const sink = await startSink(stage);
    const path = join(stage.directory, 'zeros');
    writeFileSync(path, '');
    truncateSync(path, stage.options.flowBytes);
    const contenders = await startContenders(stage, ['nginx', 'dockgate'], {
      scheme: 'apr1',
      upstream: `http://127.0.0.1:${sink.port}`,
    });
    const lines = [];
    for (const contender of contenders) {
      await verify(stage, contender);
      stage.say(`memory: ${2 * EACH_WAY} transfers at once through ${contender.name}`);
      const { value, details = {} } = await measure(stage, contender, path);
      stage.say(`memory: ${contender.name}: ${value.toPrecision(4)} MB`);
      lines.push({ contender: contender.name, values: [value], median: value, ratio: undefined, details });
      await contender.stop(stage);
    }
    await stage.children.end(sink.child);
    const size = stage.options.flowBytes === 2 ** 30 ? '1 GiB' : `${stage.options.flowBytes / 2 ** 20} MiB`;
    return [
      {
        name: 'memory',
        title: `peak resident memory, 32 pulls and 32 pushes of ${size} at once`,
        unit: 'MB',
        baseline: undefined,
        subject: 'dockgate',
        targets: [{ limit: LIMIT, of: 'value' }],
        lines,
      },
    ];
  },
};
