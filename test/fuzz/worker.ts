import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { FuzzOrder, FuzzOutcome, FuzzTarget } from './fuzzing.js';
import { Random } from './random.js';

/** Characters of a finding's input that are shown. */
const SHOWN = 2000;

function run(target: FuzzTarget, { seed, seconds, begun, current }: FuzzOrder): FuzzOutcome {
  const random = new Random(seed);
  const count = new Int32Array(begun);
  const place = Buffer.from(current);
  const end = Date.now() + seconds * 1000;
  let inputs = 0;
  let accepted = 0;
  while (Date.now() < end) {
    const input = target.make(random);
    place.fill(0).set(input.subarray(0, place.length));
    Atomics.add(count, 0, 1);
    inputs += 1;
    try {
      if (target.check(input)) accepted += 1;
    } catch (error) {
      const shown = JSON.stringify(input.toString('latin1').slice(0, SHOWN));
      const reason = error instanceof Error ? error.stack : String(error);
      return { inputs, accepted, finding: `input ${inputs}, ${input.length} bytes, ${shown}: ${reason}` };
    }
  }
  return { inputs, accepted, finding: undefined };
}

const order = workerData as FuzzOrder;
const { target } = (await import(pathToFileURL(order.module).href)) as { target: FuzzTarget };
parentPort?.postMessage(run(target, order));
