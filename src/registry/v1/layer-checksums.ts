import { inspectLayer, type LayerFacts, LayerUnreadable, parseTarSum, type TarSum } from '../layer/layer.js';
import type { ImageId } from '../model/v1/image-id.js';
import { Slots } from '../slots.js';
import type { ReceivedLayer, V1Stores } from '../store/v1-contracts.js';
import { busy } from './failures.js';

/** Layers read at a time to check them, and those that may wait: each is unpacked and hashed. */
const AT_ONCE = 4;
const WAITING = 1000;

const slots = new Slots(AT_ONCE);

/**
 * Looks whether a layer that has been received has the checksums which its client says it has.
 *
 * @param payload of the layer. @param checksums values of `X-Docker-Checksum`. Those of a kind that is not known say
 *   nothing, since the payload checksum stands for the layer's bytes all the same.
 * @returns what was found out about a layer that has them; undefined when there was nothing to look at; 'mismatch' also for
 *   a layer that is no archive, whose client cannot have computed such a checksum of it.
 * @throws {Failure} 503 when too many layers are being checked.
 */
export async function checkLayer(
  stores: V1Stores,
  id: ImageId,
  payload: string,
  checksums: readonly string[],
): Promise<LayerFacts | 'mismatch' | undefined> {
  const stated = checksums.map(parseTarSum).filter((sum) => sum !== undefined);
  if (stated.length === 0) return undefined;
  const layer = await stores.pushes.received(id, payload);
  const image = layer === undefined ? undefined : await stores.images.find(id);
  // There is nothing to read, and the completion will say why.
  if (layer === undefined || image === undefined) return undefined;
  const checked = slots.runUnlessBusy(WAITING, () => sumUp(layer, image.json, stated));
  if (checked === undefined) throw busy('too many layers are being checked; try again in a moment');
  return checked;
}

async function sumUp(
  { file, digest }: ReceivedLayer,
  json: Uint8Array,
  stated: readonly TarSum[],
): Promise<LayerFacts | 'mismatch' | undefined> {
  try {
    const versions = stated.map(({ version }) => version);
    const { facts, tarsums } = await inspectLayer(file, { json, digest, tarsums: versions });
    const isRight = stated.every(({ version, text }) => (tarsums.get(version) ?? text) === text);
    return isRight ? facts : 'mismatch';
  } catch (error) {
    if (error instanceof LayerUnreadable) return 'mismatch';
    // Another client has completed the image meanwhile, and the completion will say so.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
