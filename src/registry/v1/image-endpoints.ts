import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { imageNotFound } from './failures.js';
import { completePush } from './image-checksum.js';
import { beginPush, pushLayer } from './image-push.js';
import { answerAncestry, answerJson, answerLayer } from './images.js';
import { answerContents, type LayerContents } from './layer-contents.js';
import { checkMethod, isReading } from './methods.js';
import type { Rights } from './rights.js';
import type { ImagePart } from './routes.js';

/** What the endpoints of images work with. */
export interface ImageParts {
  readonly stores: V1Stores;
  readonly rights: Rights;
  readonly contents: LayerContents;
}

const METHODS: Readonly<Record<ImagePart, readonly string[]>> = {
  json: ['GET', 'PUT'],
  layer: ['GET', 'PUT'],
  checksum: ['PUT'],
  ancestry: ['GET'],
  files: ['GET'],
  diff: ['GET'],
};

/** Answers at `/v1/images/<id>/<part>`. */
export async function answerImage(
  parts: ImageParts,
  exchange: Exchange,
  id: ImageId,
  part: ImagePart,
): Promise<Reply> {
  const { stores, rights, contents } = parts;
  checkMethod(exchange, ...METHODS[part]);
  rights.checkAccess(exchange);
  if (!isReading(exchange) && part === 'json') return beginPush(stores, rights, exchange, id);
  const isOpen = isReading(exchange) ? rights.mayRead(exchange, id) : rights.mayWrite(exchange, id);
  if (!(await isOpen)) throw imageNotFound();
  switch (part) {
    case 'json':
      return answerJson(stores, exchange, id);
    case 'layer':
      return isReading(exchange)
        ? answerLayer(stores, exchange, id)
        : pushLayer(stores, rights, exchange, id);
    case 'checksum':
      return completePush(stores, rights, exchange, id);
    case 'ancestry':
      return answerAncestry(stores, exchange, id);
    case 'files':
    case 'diff':
      return answerContents(stores, contents, part, exchange, id);
  }
}
