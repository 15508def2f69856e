import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from '../contender/contender.js';
import { BUILT_IN } from '../contender/dockgate.js';
import { STACK, startStacks } from '../contender/stack.js';
import { FreshBlob } from '../fixture/fresh-blob.js';
import { MANIFEST_PATH, REPOSITORY } from '../fixture/image.js';
import { pushImage } from '../fixture/push-image.js';
import { blobDirectory } from '../fixture/registry-directory.js';
import { ask, closingUrl } from '../load/ask.js';
import { pushToUpload } from '../load/curl.js';
import type { Stage } from '../stage.js';
import type { Row } from './row.js';
import { measureTransfers } from './transfer.js';

const LIMIT = 0.7;

/** Pushes a layer whole: POST, a chunked PATCH, PUT. */
async function pushLayer(stage: Stage, origin: string, file: FreshBlob, digest: string): Promise<void> {
  const headers = { authorization: stage.identity.authorization, 'content-length': 0 };
  const opened = await ask('POST', `${origin}/v2/${REPOSITORY}/blobs/uploads/`, headers);
  // docker-registry keeps the state of an upload in the query, and each answer has the next one.
  const upload = new URL(opened.headers.location ?? '', origin).href;
  const location = await pushToUpload(stage, upload, file.path);
  await ask('PUT', closingUrl(location, origin, digest), headers);
}

/** A large layer pushed to a registry that keeps it. Each one is new to it, and is removed after its measurement. */
export const embeddedPushRow: Row = {
  name: 'embedded-push',
  async measure(stage) {
    const fill = (origin: string): Promise<void> => pushImage(origin, stage.image);
    const stacks = await startStacks(stage, 'push', fill, MANIFEST_PATH, true);
    if (stacks === undefined) return [];
    const { blob, blobBytes } = stage.image;
    const file = new FreshBlob(blob, join(stage.directory, 'fresh-blob'), blobBytes);
    let pushed: string[] = [];
    const transfer = async ({ origin }: Contender): Promise<void> => {
      for (let times = 0; times < stage.options.transfers; times += 1) {
        const digest = file.renew();
        await pushLayer(stage, origin, file, digest);
        pushed.push(digest);
      }
    };
    const clear = (contender: Contender): void => {
      for (const digest of pushed)
        rmSync(blobDirectory(stacks.dataOf(contender), digest), { recursive: true });
      pushed = [];
    };
    const { contenders } = stacks;
    const lines = await measureTransfers(stage, 'embedded-push', contenders, transfer, STACK, clear);
    await stacks.stop();
    rmSync(file.path);
    return [
      {
        name: 'embedded-push',
        title: 'CPU a GB pushed and stored, chunked PATCH of 256 MiB, all processes',
        unit: 's/GB',
        baseline: STACK,
        subject: BUILT_IN,
        targets: [{ limit: LIMIT, of: 'ratio' }],
        lines,
      },
    ];
  },
};
