import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import type { Stores } from '../store/contracts.js';
import { isReading, methodNotAllowed } from './methods.js';
import { listReply, parsePage } from './pagination.js';
import { visibleNames } from './visible-names.js';

/** Repositories in one reply. */
const LONGEST = 1000;

/**
 * Lists the repositories at `/v2/_catalog`, which is docker's own and not of OCI Distribution. Whoever may not pull from
 * all of them sees those that they may pull from.
 */
export async function answerCatalog({ catalog }: Stores, exchange: Exchange): Promise<Reply> {
  if (!isReading(exchange)) throw methodNotAllowed(exchange, 'GET', 'HEAD');
  const page = parsePage(exchange, LONGEST);
  const { rights } = exchange;
  const listing =
    rights === undefined
      ? await catalog.list(page)
      : await visibleNames(catalog, page, (name) => rights.may('pull', name));
  return listReply(exchange, { repositories: listing.names }, listing, page);
}
