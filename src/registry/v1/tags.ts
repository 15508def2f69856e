import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import { Tag } from '../model/reference.js';
import { ImageId } from '../model/v1/image-id.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { imageNotFound, refused, repositoryNotFound } from './failures.js';
import { shown } from './images.js';
import { readJson, SMALL } from './json-body.js';
import { isReading } from './methods.js';
import { doneReply, jsonReply } from './replies.js';
import type { Rights } from './rights.js';
import { describeTag, tagDescription } from './tag-description.js';

const RULE = String.raw`^[\w][\w.-]{0,127}$`;

/** Answers `GET` and `DELETE /v1/repositories/<r>/tags`. The latter takes the repository away with its tags. */
export async function answerTags(
  stores: V1Stores,
  exchange: Exchange,
  repository: V1Repository,
): Promise<Reply> {
  if (!isReading(exchange)) return removeRepository(stores, repository);
  const tags = await stores.tags.list(repository);
  if (tags === undefined) throw repositoryNotFound();
  return jsonReply(new Map([...tags].map(([tag, { hex }]) => [tag, hex])));
}

/** Answers `DELETE /v1/repositories/<r>/`. */
export async function removeRepository({ repositories }: V1Stores, repository: V1Repository): Promise<Reply> {
  if (await repositories.remove(repository)) return doneReply();
  throw repositoryNotFound();
}

/** Answers at `/v1/repositories/<r>/tags/<tag>`. */
export async function answerTag(
  stores: V1Stores,
  rights: Rights,
  exchange: Exchange,
  repository: V1Repository,
  name: string,
): Promise<Reply> {
  const tag = Tag.read(name);
  if (exchange.method === 'PUT') {
    if (tag === undefined) throw refused(`Invalid tag name (must match ${RULE})`);
    return setTag(stores, rights, exchange, repository, tag);
  }
  if (exchange.method === 'DELETE') {
    if (tag !== undefined && (await stores.tags.remove(repository, tag))) return doneReply();
    throw refused(`Tag not found: ${name.slice(0, 128)}`, 404);
  }
  const stored = tag === undefined ? undefined : await stores.tags.get(repository, tag);
  if (stored === undefined) throw refused('Tag not found', 404);
  return jsonReply(stored.image.hex);
}

async function setTag(
  stores: V1Stores,
  rights: Rights,
  exchange: Exchange,
  repository: V1Repository,
  tag: Tag,
): Promise<Reply> {
  const data = await readJson(exchange, SMALL, 'Invalid data');
  if (typeof data !== 'string' || data === '') throw refused('Invalid data');
  const id = ImageId.read(data);
  if (id === undefined || !(await rights.mayRead(exchange, id))) throw imageNotFound();
  shown(await stores.images.keep(id));
  await stores.tags.put(repository, tag, id, describeTag(exchange.headers['user-agent']));
  return doneReply();
}

/** Answers `GET /v1/repositories/<r>/tags/<tag>/json`: when and with what the tag was pushed. */
export async function answerTagJson(
  { tags }: V1Stores,
  repository: V1Repository,
  name: string,
): Promise<Reply> {
  const tag = Tag.read(name);
  if (tag === undefined || (await tags.get(repository, tag)) === undefined) {
    throw refused('Tag not found', 404);
  }
  return jsonReply(tagDescription(await tags.description(repository, tag)));
}
