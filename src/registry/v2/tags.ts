import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import type { Repository } from '../model/repository.js';
import type { Stores } from '../store/contracts.js';
import { unknownRepository } from './failures.js';
import { isReading, methodNotAllowed } from './methods.js';
import { listReply, parsePage } from './pagination.js';

/** Tags in one reply. Many clients never follow a link, so it is above what people have. */
const LONGEST = 10_000;

/** Lists the tags of a repository at `/v2/<name>/tags/list` (OCI end-8). */
export async function answerTags(
  { tags }: Stores,
  exchange: Exchange,
  repository: Repository,
): Promise<Reply> {
  if (!isReading(exchange)) throw methodNotAllowed(exchange, 'GET', 'HEAD');
  const page = parsePage(exchange, LONGEST);
  const listing = await tags.list(repository, page);
  if (listing === undefined) throw unknownRepository(repository);
  return listReply(exchange, { name: repository.name, tags: listing.names }, listing, page);
}
