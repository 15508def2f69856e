import { BUILT_IN } from '../contender/dockgate.js';
import { STACK, startStacks } from '../contender/stack.js';
import { MANIFEST_PATH } from '../fixture/image.js';
import { pushImage } from '../fixture/push-image.js';
import { pull } from '../load/curl.js';
import type { Row } from './row.js';
import { measureSmallRequests } from './small-request.js';
import { measureTransfers } from './transfer.js';

const LIMITS = { get: 0.08, pull: 0.6 };

/** The built-in registry against all that it replaces. */
export const embeddedRow: Row = {
  name: 'embedded',
  async measure(stage) {
    const push = (origin: string): Promise<void> => pushImage(origin, stage.image);
    const stacks = await startStacks(stage, 'embedded', push, MANIFEST_PATH);
    if (stacks === undefined) return [];
    const { contenders } = stacks;
    const requests = await measureSmallRequests(stage, 'embedded-get', contenders, 'apr1', STACK);
    const { blobPath, blobBytes } = stage.image;
    const pulls = await measureTransfers(
      stage,
      'embedded-pull',
      contenders,
      ({ origin }) => pull(stage, `${origin}${blobPath}`, stage.options.transfers, blobBytes),
      STACK,
    );
    await stacks.stop();
    const common = { baseline: STACK, subject: BUILT_IN };
    return [
      {
        ...common,
        name: 'embedded-get',
        title: 'CPU a GET of a stored manifest, apr1, all processes',
        unit: 'us',
        targets: [{ limit: LIMITS.get, of: 'ratio' }],
        lines: requests,
      },
      {
        ...common,
        name: 'embedded-pull',
        title: 'CPU a GB of a stored blob pulled, all processes',
        unit: 's/GB',
        targets: [{ limit: LIMITS.pull, of: 'ratio' }],
        lines: pulls,
      },
    ];
  },
};
