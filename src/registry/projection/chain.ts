import { Digest } from '../model/digest.js';
import { ImageId } from '../model/v1/image-id.js';

/**
 * The chain ids of layers on each other (OCI Image §Layer ChainID), from the base up: each names the content of a layer and
 * of all below it.
 *
 * @param diffIds sha256 digests of the unpacked layers.
 */
export function chainIds(diffIds: readonly Digest[]): ImageId[] {
  const ids: ImageId[] = [];
  let chain: Digest | undefined;
  for (const diffId of diffIds) {
    chain = chain === undefined ? diffId : Digest.of(Buffer.from(`${chain} ${diffId}`));
    const id = ImageId.read(chain.encoded);
    if (id === undefined) throw new Error(`the layer ${diffId} is named by no sha256`);
    ids.push(id);
  }
  return ids;
}

/** Whether an image's id follows from its parent's and the digest of its own unpacked layer. */
export function isChained(id: ImageId, parent: ImageId | undefined, diffId: Digest): boolean {
  const digest = parent === undefined ? diffId : Digest.of(Buffer.from(`sha256:${parent.hex} ${diffId}`));
  return digest.encoded === id.hex;
}
