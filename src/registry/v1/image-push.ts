import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import type { ImageId } from '../model/v1/image-id.js';
import { readImageJson } from '../model/v1/image-json.js';
import { ImageDamaged, type StoredImage, type V1Stores } from '../store/v1-contracts.js';
import { isBeforePayloadChecksums } from './client-version.js';
import { imageExists, imageNotFound, refused } from './failures.js';
import { LARGE, readBody } from './json-body.js';
import { doneReply } from './replies.js';
import type { Rights } from './rights.js';

/** Images that may lie below each other; engines refused more than 127 layers. */
const DEEPEST = 1024;

/** Answers `PUT /v1/images/<id>/json`, which begins the push of an image. */
export async function beginPush(
  stores: V1Stores,
  rights: Rights,
  exchange: Exchange,
  id: ImageId,
): Promise<Reply> {
  const json = await readBody(exchange, LARGE);
  const { parent } = readImageJson(json, id);
  await rights.checkPush(exchange, id);
  const ancestry = parent === undefined ? [] : await ancestryOf(stores, rights, exchange, parent);
  if (ancestry.some((ancestor) => ancestor.equals(id))) throw refused('Image depends on itself');
  if (ancestry.length >= DEEPEST) throw refused(`Image depends on more than ${DEEPEST - 1} others`);
  if (!(await stores.pushes.begin(id, json, [id, ...ancestry]))) throw imageExists();
  return doneReply();
}

async function ancestryOf(
  stores: V1Stores,
  rights: Rights,
  exchange: Exchange,
  parent: ImageId,
): Promise<readonly ImageId[]> {
  const image = await parentImage(stores, parent);
  if (!(await rights.mayRead(exchange, parent))) throw refused('Image depends on an unauthorized parent');
  return image.ancestry;
}

async function parentImage({ images }: V1Stores, parent: ImageId): Promise<StoredImage> {
  const missing = 'Image depends on a non existing parent';
  try {
    const image = await images.keep(parent);
    if (image !== undefined) return image;
  } catch (error) {
    if (error instanceof ImageDamaged) throw refused(`${missing}: ${error.message}`);
    throw error;
  }
  throw refused(missing);
}

/** Answers `PUT /v1/images/<id>/layer`. */
export async function pushLayer({ pushes }: V1Stores, exchange: Exchange, id: ImageId): Promise<Reply> {
  if (isBeforePayloadChecksums(exchange.headers['user-agent'])) {
    throw refused('docker 0.10 or newer is needed: older ones send no checksum of what they push', 412);
  }
  const received = await pushes.receive(id, exchange.body);
  if (received === undefined) throw imageNotFound();
  if (received === 'complete') throw imageExists();
  return doneReply();
}
