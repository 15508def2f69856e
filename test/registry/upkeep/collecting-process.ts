import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import { collectIn } from './collecting.js';

/* Collects once, and says so at every step. Started by tests, some of which kill it. */

const [directory = ''] = process.argv.slice(2);
const store = await openFilesystemStore({ directory });
await collectIn(
  { directory, store },
  {
    untagged: true,
    onRemoval: () => process.send?.('removed'),
    onProgress: () => process.send?.('progress'),
  },
);
process.disconnect();
