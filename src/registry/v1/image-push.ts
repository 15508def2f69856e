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

const MISSING = 'Image depends on a non existing parent';

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
  if (await stores.pushes.begin(id, json, [id, ...ancestry])) return doneReply();
  // Who may not see it has to send all of it, and so shows that they have it; then they may build on it.
  if (!(await rights.mayRead(exchange, id)) && (await isStored(stores, id, json))) return doneReply();
  throw imageExists();
}

async function isStored({ images }: V1Stores, id: ImageId, json: Uint8Array): Promise<boolean> {
  const image = await images.find(id);
  return image !== undefined && Buffer.compare(image.json, json) === 0;
}

async function ancestryOf(
  stores: V1Stores,
  rights: Rights,
  exchange: Exchange,
  parent: ImageId,
): Promise<readonly ImageId[]> {
  const image = await parentImage(stores, parent);
  if (await rights.mayRead(exchange, parent)) return image.ancestry;
  // Whoever has a token for one repository may know of the others; whom rights keep from them may not.
  throw refused(exchange.rights === undefined ? 'Image depends on an unauthorized parent' : MISSING);
}

async function parentImage({ images }: V1Stores, parent: ImageId): Promise<StoredImage> {
  try {
    const image = await images.keep(parent);
    if (image !== undefined) return image;
  } catch (error) {
    if (error instanceof ImageDamaged) throw refused(`${MISSING}: ${error.message}`);
    throw error;
  }
  throw refused(MISSING);
}

/** Answers `PUT /v1/images/<id>/layer`. */
export async function pushLayer(
  { pushes }: V1Stores,
  rights: Rights,
  exchange: Exchange,
  id: ImageId,
): Promise<Reply> {
  if (isBeforePayloadChecksums(exchange.headers['user-agent'])) {
    throw refused('docker 0.10 or newer is needed: older ones send no checksum of what they push', 412);
  }
  const received = await pushes.receive(id, exchange.body);
  if (received === undefined) throw imageNotFound();
  if (received === 'complete') throw imageExists();
  await rights.received(exchange, id, received.payload);
  return doneReply();
}
