import { createRegistry } from '../../../src/registry/registry.js';
import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import { RandomRegistry } from './random-registry.js';

/* Pushes a few images whenever it is told to, in two lanes. Started by beside-pushes.test.ts. */

const [directory = '', seed = '1'] = process.argv.slice(2);
let state = Number(seed);
const below = (end: number): number => {
  state = (state * 48_271) % 2_147_483_647;
  return state % end;
};
const handler = createRegistry({ store: await openFilesystemStore({ directory }) });
const somebody = new RandomRegistry(handler, below);

async function push(round: number): Promise<void> {
  const lanes = [0, 1].map(async (lane) => {
    for (let count = 0; count < 3; count += 1) {
      await somebody.pushImage('keep', `t${round % 3}-${lane}-${count}`, false);
      await somebody.act();
    }
  });
  await Promise.all(lanes);
}

process.on('message', (round) => {
  push(Number(round)).then(
    () => process.send?.('done'),
    (error: unknown) => process.send?.(String(error)),
  );
});
process.send?.('ready');
