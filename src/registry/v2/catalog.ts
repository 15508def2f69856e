import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import type { Stores } from '../store/contracts.js';
import { isReading, methodNotAllowed } from './methods.js';
import { shortNameOf } from './other-name.js';
import { listReply, parsePage } from './pagination.js';
import { visibleNames } from './visible-names.js';

/** Repositories in one reply. */
const LONGEST = 1000;

/**
 * Lists the repositories at `/v2/_catalog`, which is docker's own and not of OCI Distribution. Whoever may not pull from
 * all of them sees those that they may pull from.
 *
 * @param hasLibrary `library/x` shows the images of `x`, and is seen by those who may pull from both.
 */
export async function answerCatalog(
  { catalog }: Stores,
  hasLibrary: boolean,
  exchange: Exchange,
): Promise<Reply> {
  if (!isReading(exchange)) throw methodNotAllowed(exchange, 'GET', 'HEAD');
  const page = parsePage(exchange, LONGEST);
  const { rights } = exchange;
  const listing =
    rights === undefined
      ? await catalog.list(page)
      : await visibleNames(catalog, page, (name) => {
          const short = hasLibrary ? shortNameOf(name) : undefined;
          return rights.may('pull', name) && (short === undefined || rights.may('pull', short));
        });
  return listReply(exchange, { repositories: listing.names }, listing, page);
}
