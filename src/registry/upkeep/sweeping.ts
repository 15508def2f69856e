import { forEachOf } from '../batches.js';
import type { Digest } from '../model/digest.js';
import { keyOf } from './digest-table.js';
import type { Tools } from './marking.js';

/** Content looked at side by side: few, so that requests find the disk and the threads free. */
const WIDTH = 8;

/** Removes the content of one shard that has no mark. All marks have to be on the disk. */
export async function sweepShard(firstByte: number, tools: Tools): Promise<void> {
  const { upkeep, disposal, marks, tally, tell, goOn } = tools;
  const marked = await marks.read(firstByte);
  let kept = 0;
  const discard = async (digest: Digest): Promise<void> => {
    goOn();
    const bytes = await disposal.discard(digest);
    if (bytes === undefined) kept += 1;
    else tell({ kind: 'content', name: digest.toString(), bytes });
  };
  await forEachOf(upkeep.holdings.contents(firstByte), WIDTH, (digest) => {
    if (marked.find(keyOf(digest)) === -1) return discard(digest);
    kept += 1;
    return undefined;
  });
  tally.kept += kept;
}
