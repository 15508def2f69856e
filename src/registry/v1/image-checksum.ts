import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { Completion, V1Stores } from '../store/v1-contracts.js';
import { imageNotFound, refused } from './failures.js';
import { checkLayer } from './layer-checksums.js';
import { doneReply } from './replies.js';
import type { Rights } from './rights.js';

/** Checksums that one header may have. */
const MOST = 16;

/**
 * Answers `PUT /v1/images/<id>/checksum`, which completes the push of an image. A checksum that is not right leaves the
 * push under way, so that the layer can be sent again; so does one that comes before the layer.
 */
export async function completePush(
  stores: V1Stores,
  rights: Rights,
  exchange: Exchange,
  id: ImageId,
): Promise<Reply> {
  const header = exchange.headers['x-docker-checksum-payload'];
  if (header === undefined) {
    throw refused('X-Docker-Checksum-Payload is missing: docker 0.10 or newer is needed', 412);
  }
  const payloads = checksumsIn(header);
  if (payloads.length === 0) throw refused("Missing Image's checksum");
  const checksums = checksumsIn(exchange.headers['x-docker-checksum'] ?? '');
  let completion: Completion = 'mismatch';
  for (const payload of payloads) {
    const facts = await checkLayer(stores, id, payload, checksums);
    if (facts === 'mismatch') throw refused('Checksum mismatch');
    completion = await stores.pushes.complete(id, payload, facts);
    if (completion === 'complete') rights.completed(exchange, id, payload);
    if (completion !== 'mismatch') break;
  }
  switch (completion) {
    case 'complete':
      return doneReply();
    case 'unknown image':
      throw imageNotFound();
    case 'nothing under way':
      throw refused('Cannot set this image checksum', 409);
    case 'no layer':
      throw refused('Checksum mismatch: the layer has not been received yet');
    case 'mismatch':
      throw refused('Checksum mismatch');
  }
}

/** The checksums of a header, in which several are separated by commas. */
function checksumsIn(header: string): readonly string[] {
  return header
    .split(',', MOST)
    .map((text) => text.trim())
    .filter((text) => text !== '');
}
