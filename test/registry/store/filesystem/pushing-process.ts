import { createRegistry } from '../../../../src/registry/registry.js';
import { openFilesystemStore } from '../../../../src/registry/store/filesystem/filesystem-store.js';
import { pushImage } from '../../fixture.js';

/* Pushes images until it is killed, and says which have been acknowledged. Started by filesystem-store.test.ts. */

const [directory = '', round = ''] = process.argv.slice(2);
const handler = createRegistry({ store: await openFilesystemStore({ directory }) });

async function pushForever(lane: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const tag = `r${round}-${lane}-${count}`;
    const { reply } = await pushImage(handler, 'team/app', tag, tag.repeat(5000));
    if (reply.status !== 201) throw new Error(`the push was refused: ${reply.code}`);
    process.send?.(tag);
  }
}

await Promise.all([0, 1, 2].map(pushForever));
