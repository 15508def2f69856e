import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import { fieldOf, isJsonObject } from '../model/json.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { refused, repositoryNotFound } from './failures.js';
import { readJson, SMALL } from './json-body.js';
import { isReading } from './methods.js';
import { doneReply, jsonReply } from './replies.js';
import { tagDescription } from './tag-description.js';

/** Answers `GET /v1/repositories/<r>/json`: as the JSON of a tag, of the last `latest`. */
export async function answerRepositoryJson(
  { repositories, tags }: V1Stores,
  repository: V1Repository,
): Promise<Reply> {
  const description = await tags.description(repository, undefined);
  if (description === undefined && !(await repositories.has(repository))) throw repositoryNotFound();
  return jsonReply(tagDescription(description));
}

/** Answers at `/v1/repositories/<r>/properties`: a mark that other programs set and heed. */
export async function answerProperties(
  { repositories }: V1Stores,
  exchange: Exchange,
  repository: V1Repository,
): Promise<Reply> {
  if (isReading(exchange)) {
    return jsonReply({ access: (await repositories.isPrivate(repository)) ? 'private' : 'public' });
  }
  const data = await readJson(exchange, SMALL, 'Invalid data');
  const access = isJsonObject(data) ? fieldOf(data, 'access') : undefined;
  if (access !== 'private' && access !== 'public') throw refused('Invalid data');
  await repositories.setPrivate(repository, access === 'private');
  return doneReply();
}
