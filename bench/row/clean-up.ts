import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fillDirectory, removeDirectory } from '../fixture/filled-directory.js';
import { runWatched } from '../machine/watched-run.js';
import type { Line, RowResult } from '../report/row-result.js';
import type { Stage } from '../stage.js';
import type { Row } from './row.js';

/** Megabytes. */
const MEMORY = 300;
/** How much more a blob may take when there are ten times as many: what is linear takes the same. */
const GROWTH = 1.3;
const MEGABYTE = 1e6;

interface CleanedUp {
  readonly blobs: number;
  readonly seconds: number;
  readonly processorSeconds: number;
  /** Bytes. */
  readonly peak: number;
}

function countBlobs(data: string): number {
  const blobs = join(data, 'docker/registry/v2/blobs/sha256');
  let sum = 0;
  for (const name of readdirSync(blobs)) sum += readdirSync(join(blobs, name)).length;
  return sum;
}

/** Writes a directory of so many blobs, half of which nothing refers to, and has dockgate clean it up. */
async function cleanUp(stage: Stage, blobs: number): Promise<CleanedUp> {
  const data = join(stage.directory, `clean-up-${blobs}`);
  stage.say(`cleanup: writing ${blobs.toLocaleString('en-US')} blobs`);
  const images = Number(await fillDirectory(stage, 'blobs', data, blobs));
  stage.say('cleanup: cleaning up');
  const dockgate = join(stage.root, 'bin', 'dockgate.js');
  const args = ['registry', 'gc', '--data', data, '--grace', '24h', '--yes', '--json'];
  const run = await runWatched(stage.children, process.execPath, [dockgate, ...args], stage.directory);
  // Half of the blobs, one config, and a manifest for each image.
  const expected = blobs / 2 + 1 + images;
  const left = countBlobs(data);
  if (left !== expected)
    throw new Error(`${left} blobs are left of ${blobs}, not ${expected}: ${run.stdout}`);
  stage.say(`cleanup: ${run.seconds.toFixed(1)} s; removing the directory`);
  await removeDirectory(stage, data);
  return { blobs, ...run };
}

function name({ blobs }: CleanedUp): string {
  return `dockgate, ${blobs.toLocaleString('en-US')} blobs`;
}

function line(cleanedUp: CleanedUp, value: number, ratio: number | undefined): Line {
  const { seconds, processorSeconds } = cleanedUp;
  const details = { s: seconds, 'CPU s': processorSeconds };
  return { contender: name(cleanedUp), values: [value], median: value, ratio, details };
}

function microsecondsEach({ seconds, blobs }: CleanedUp): number {
  return (seconds * 1e6) / blobs;
}

/** What it takes to clean up a large registry, against one of a tenth as many blobs. Once: it is long. */
export const cleanUpRow: Row = {
  name: 'cleanup',
  isLong: true,
  async measure(stage): Promise<RowResult[]> {
    const { blobs } = stage.options;
    const tenth = await cleanUp(stage, blobs / 10);
    const whole = await cleanUp(stage, blobs);
    const common = { subject: name(whole), baseline: name(tenth) };
    const base = microsecondsEach(tenth);
    return [
      {
        ...common,
        name: 'cleanup-memory',
        title: 'peak resident memory of a clean-up that removes half of all blobs',
        unit: 'MB',
        baseline: undefined,
        targets: [{ limit: MEMORY, of: 'value' }],
        lines: [tenth, whole].map((each) => line(each, each.peak / MEGABYTE, undefined)),
      },
      {
        ...common,
        name: 'cleanup-wall',
        title: 'wall time of it a blob',
        unit: 'us',
        targets: [{ limit: GROWTH, of: 'ratio' }],
        lines: [tenth, whole].map((each) =>
          line(each, microsecondsEach(each), microsecondsEach(each) / base),
        ),
      },
    ];
  },
};
