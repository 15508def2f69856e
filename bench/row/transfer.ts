import type { Contender } from '../contender/contender.js';
import { startContenders, verify } from '../contender/roster.js';
import { pull, push } from '../load/curl.js';
import type { Line } from '../report/row-result.js';
import type { Stage } from '../stage.js';
import { startSink, startSite } from '../upstream/upstream.js';
import type { Row } from './row.js';
import { type Measure, processorSecondsOf, settle, takeTurns } from './turns.js';

const LIMIT = 1.15;

/**
 * Seconds of processor time a gigabyte, of contenders that run. The first transfer of each only warms it up.
 *
 * @param clear takes away what a contender was sent; not measured
 */
export async function measureTransfers(
  stage: Stage,
  row: string,
  contenders: readonly Contender[],
  transfer: (contender: Contender) => Promise<void>,
  baseline: string,
  clear: (contender: Contender) => void = () => {},
): Promise<Line[]> {
  const gigabytes = (stage.options.transfers * stage.image.blobBytes) / 1e9;
  const measure: Measure = async (contender) => {
    // Not counted: what stood idle in the others' turns is cold, whoever it is.
    await transfer(contender);
    clear(contender);
    const start = performance.now();
    const used = await processorSecondsOf(contender, () => transfer(contender));
    const seconds = (performance.now() - start) / 1e3;
    clear(contender);
    return { value: used / gigabytes, details: { 'GB/s': gigabytes / seconds } };
  };
  for (const contender of contenders) {
    stage.say(`${row}: warming up ${contender.name}`);
    await transfer(contender);
    clear(contender);
    await settle(contender);
  }
  return takeTurns(stage, row, contenders, measure, baseline);
}

/** A large blob on its way to the client. */
export const pullRow: Row = {
  name: 'pull',
  async measure(stage) {
    const site = await startSite(stage);
    const contenders = await startContenders(
      stage,
      ['nginx', 'dockgate', 'nginx with AES-128', 'haproxy', 'caddy'],
      {
        scheme: 'apr1',
        upstream: `http://127.0.0.1:${site.port}`,
      },
    );
    for (const contender of contenders) await verify(stage, contender);
    const { blobPath, blobBytes } = stage.image;
    const lines = await measureTransfers(
      stage,
      'pull',
      contenders,
      ({ origin }) => pull(stage, `${origin}${blobPath}`, stage.options.transfers, blobBytes),
      'nginx',
    );
    for (const contender of contenders) await contender.stop(stage);
    await stage.children.end(site.child);
    return [
      {
        name: 'pull',
        title: 'CPU a GB pulled through, blobs of 256 MiB',
        unit: 's/GB',
        baseline: 'nginx',
        subject: 'dockgate',
        targets: [{ limit: LIMIT, of: 'ratio' }],
        lines,
      },
    ];
  },
};

/** A large blob on its way to the registry, chunked, as docker sends it. */
export const pushRow: Row = {
  name: 'push',
  async measure(stage) {
    const sink = await startSink(stage);
    const contenders = await startContenders(
      stage,
      ['nginx', 'dockgate', 'nginx with AES-128', 'buffering nginx', 'haproxy', 'caddy'],
      { scheme: 'apr1', upstream: `http://127.0.0.1:${sink.port}` },
    );
    for (const contender of contenders) await verify(stage, contender);
    const file = { path: stage.image.blob, bytes: stage.image.blobBytes };
    const lines = await measureTransfers(
      stage,
      'push',
      contenders,
      ({ origin }) => push(stage, `${origin}/v2/bench/image/blobs/uploads/1`, stage.options.transfers, file),
      'nginx',
    );
    for (const contender of contenders) await contender.stop(stage);
    await stage.children.end(sink.child);
    return [
      {
        name: 'push',
        title: 'CPU a GB pushed through, chunked PATCH of 256 MiB',
        unit: 's/GB',
        baseline: 'nginx',
        subject: 'dockgate',
        targets: [{ limit: LIMIT, of: 'ratio' }],
        lines,
      },
    ];
  },
};
