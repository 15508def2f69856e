import { parseJson } from '../../model/json.js';
import { ImageId } from '../../model/v1/image-id.js';
import { ANCESTRY_LIMIT, DEEPEST, readJson } from './ancestry.js';
import type { DockerRegistryLayout } from './docker-registry-layout.js';
import { readSmallFile } from './small-files.js';

/** The images that another may need, as far as anything says so. */
export interface LenientAncestry {
  /** The image itself and those below it, as the parents say, down to one that is known. */
  readonly chain: readonly ImageId[];
  /** Those that are listed beside it. */
  readonly listed: readonly ImageId[];
}

/**
 * What clean-up has to keep with an image, be it damaged: what a repaired one would need.
 *
 * @param isKnown tells of images whose own ancestors need not be looked for.
 */
export async function lenientAncestry(
  layout: DockerRegistryLayout,
  id: ImageId,
  isKnown: (id: ImageId) => boolean,
): Promise<LenientAncestry> {
  const chain = [id];
  while (chain.length < DEEPEST) {
    const stored = await readJson(layout, chain.at(-1) ?? id).catch(() => undefined);
    const parent = stored?.json.parent;
    if (parent === undefined) break;
    chain.push(parent);
    if (isKnown(parent)) break;
  }
  return { chain, listed: await listed(layout, id) };
}

async function listed(layout: DockerRegistryLayout, id: ImageId): Promise<ImageId[]> {
  const bytes = await readSmallFile(layout.ancestry(id), ANCESTRY_LIMIT);
  const list = bytes instanceof Uint8Array ? parseJson(bytes) : undefined;
  if (!Array.isArray(list)) return [];
  return list
    .slice(0, DEEPEST)
    .map((text) => (typeof text === 'string' ? ImageId.read(text) : undefined))
    .filter((each) => each !== undefined);
}
