import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import type { ImageId } from '../model/v1/image-id.js';
import { parseRange } from '../range.js';
import type { StoredImage, V1Stores } from '../store/v1-contracts.js';
import { imageNotFound, refused } from './failures.js';
import { longCache, sortedJson, textReply } from './replies.js';

/**
 * An image that may be shown.
 *
 * @throws {Failure} 404; 400 `Image is being uploaded, retry later`.
 */
export function shown(image: StoredImage | undefined): StoredImage {
  if (image === undefined) throw imageNotFound();
  if (image.isUploading) throw refused('Image is being uploaded, retry later');
  return image;
}

/** Whether a cache asks if what it has is still good; what an image holds always is. */
export function isRevalidation(exchange: Exchange): boolean {
  return exchange.headers['if-modified-since'] !== undefined;
}

/** The reply to a cache that has it already. */
export function unmodified(): Reply {
  return { status: 304, headers: longCache() };
}

/** Answers `GET /v1/images/<id>/json`: the bytes as they were pushed, and what a client needs to fetch the layer. */
export async function answerJson({ images }: V1Stores, exchange: Exchange, id: ImageId): Promise<Reply> {
  // A client that pushes finds out in this way what it need not send.
  const image = shown(await images.keep(id));
  if (isRevalidation(exchange)) return unmodified();
  const layer = await images.layer(id);
  return textReply(image.json, 200, {
    ...longCache(),
    ...(layer === undefined ? {} : { 'x-docker-size': layer.size }),
    ...(image.checksums.length === 0 ? {} : { 'x-docker-checksum-payload': image.checksums }),
  });
}

/** Answers `GET /v1/images/<id>/ancestry`: the image itself first, the base last. */
export async function answerAncestry({ images }: V1Stores, exchange: Exchange, id: ImageId): Promise<Reply> {
  const { ancestry } = shown(await images.find(id));
  if (isRevalidation(exchange)) return unmodified();
  return textReply(sortedJson(ancestry.map(({ hex }) => hex)), 200, longCache());
}

/**
 * Answers `GET /v1/images/<id>/layer`. Engines that go on with a broken transfer ask for one byte beyond the last, and
 * take a 416 without a body for the end. A range of one byte is served, which the original refused: it is what such an
 * engine asks for when one byte is missing.
 */
export async function answerLayer({ images }: V1Stores, exchange: Exchange, id: ImageId): Promise<Reply> {
  shown(await images.find(id));
  if (isRevalidation(exchange)) return unmodified();
  const layer = await images.layer(id);
  if (layer === undefined) throw imageNotFound();
  const { size } = layer;
  const part = exchange.method === 'GET' ? parseRange(exchange.headers['range'], size) : undefined;
  if (part === 'unsatisfiable') {
    return { status: 416, headers: { 'content-range': `bytes */${size}`, 'content-length': 0 } };
  }
  const { start, length } = part ?? { start: 0, length: size };
  const reply = {
    status: part === undefined ? 200 : 206,
    headers: {
      ...longCache(),
      'content-type': 'application/octet-stream',
      'content-length': length,
      'accept-ranges': 'bytes',
      ...(part === undefined ? {} : { 'content-range': `bytes ${start}-${start + length - 1}/${size}` }),
    },
  };
  // Without a body to send there is no need to open anything.
  if (exchange.method === 'HEAD' || length === 0) return reply;
  const body = await layer.open(start, length);
  if (body === undefined) throw imageNotFound();
  return { ...reply, body };
}
