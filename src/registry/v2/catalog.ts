import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import type { Stores } from '../store/contracts.js';
import { isReading, methodNotAllowed } from './methods.js';
import { listReply, parsePage } from './pagination.js';

/** Repositories in one reply. */
const LONGEST = 1000;

/** Lists the repositories at `/v2/_catalog`, which is docker's own and not of OCI Distribution. */
export async function answerCatalog({ catalog }: Stores, exchange: Exchange): Promise<Reply> {
  if (!isReading(exchange)) throw methodNotAllowed(exchange, 'GET', 'HEAD');
  const page = parsePage(exchange, LONGEST);
  const listing = await catalog.list(page);
  return listReply(exchange, { repositories: listing.names }, listing, page);
}
