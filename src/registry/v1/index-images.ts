import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import { fieldOf, isJsonObject } from '../model/json.js';
import { ImageId } from '../model/v1/image-id.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import type { ListedImage, V1Stores } from '../store/v1-contracts.js';
import { refused } from './failures.js';
import { indexHeaders } from './index-headers.js';
import { LARGE, readJson } from './json-body.js';
import { isReading } from './methods.js';
import type { V1Options } from './options.js';
import { jsonReply, NO_CACHE } from './replies.js';

/** Characters of a checksum or tag in the list. */
const LONGEST = 256;

/** Answers `PUT /v1/repositories/<r>/`, with which a push begins: the client announces its images. */
export async function createRepository(
  options: V1Options,
  { repositories }: V1Stores,
  exchange: Exchange,
  repository: V1Repository,
): Promise<Reply> {
  const headers = indexHeaders(options, exchange, repository);
  await repositories.announce(repository, await readList(exchange));
  return jsonReply('', 200, headers);
}

/** Answers at `/v1/repositories/<r>/images`. Engines insist on 204 where there is nothing to say. */
export async function answerImages(
  options: V1Options,
  stores: V1Stores,
  exchange: Exchange,
  repository: V1Repository,
): Promise<Reply> {
  const headers = indexHeaders(options, exchange, repository);
  if (isReading(exchange)) return jsonReply(await listImages(stores, repository), 200, headers);
  if (exchange.method === 'PUT') {
    const images = await readList(exchange);
    await stores.repositories.announce(repository, images);
  }
  return { status: 204, headers: { ...NO_CACHE, ...headers } };
}

/** The images that were announced. Where only tags are left, clients go by those when the list is empty. */
async function listImages(
  { repositories, tags }: V1Stores,
  repository: V1Repository,
): Promise<readonly ListedImage[]> {
  const images = await repositories.images(repository);
  if (images !== undefined) return images;
  if (((await tags.list(repository))?.size ?? 0) > 0) return [];
  throw refused('images not found', 404);
}

async function readList(exchange: Exchange): Promise<readonly ListedImage[]> {
  const list = await readJson(exchange, LARGE, 'Error Decoding JSON');
  if (!Array.isArray(list)) throw refused('Invalid data');
  return list.map(readEntry);
}

function readEntry(entry: unknown): ListedImage {
  const id = isJsonObject(entry) ? fieldOf(entry, 'id') : undefined;
  if (!isJsonObject(entry) || typeof id !== 'string' || ImageId.read(id) === undefined) {
    throw refused('Invalid data');
  }
  const checksum = readText(fieldOf(entry, 'checksum'));
  const tag = readText(fieldOf(entry, 'Tag'));
  return {
    id,
    ...(checksum === undefined ? {} : { checksum }),
    ...(tag === undefined ? {} : { Tag: tag }),
  };
}

function readText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && value.length <= LONGEST) return value;
  throw refused('Invalid data');
}
