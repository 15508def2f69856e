import type { Exchange, Handler } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { drain } from './draining.js';
import { asFailure, nothingHere } from './failures.js';
import { answerImage, type ImageParts } from './image-endpoints.js';
import { LayerContents } from './layer-contents.js';
import { Membership } from './membership.js';
import { checkMethod, isReading } from './methods.js';
import type { V1Options } from './options.js';
import { jsonReply } from './replies.js';
import { answerRepository, type RepositoryParts } from './repository-endpoints.js';
import { checkNoToken, Rights } from './rights.js';
import { parseRoute, type Route } from './routes.js';
import { answerSearch } from './search.js';
import { answerPing, answerStatus } from './status.js';
import { answerAccounts } from './users.js';

export type { V1Options } from './options.js';

/**
 * The API of docker-registry, with its index: `/`, `/_ping`, `/_status` and everything under `/v1/`, over any
 * {@link V1Stores}.
 *
 * Whoever brings a token may do what its grant says, and everybody what the rights of the exchange say. The handler throws a
 * {@link Failure} for what is the client's doing, and other errors when the store is broken.
 */
export function createV1(options: V1Options): Handler {
  const families = options.stores === undefined ? undefined : openFamilies(options, options.stores);
  return async (exchange) => {
    try {
      return await answer(options, families, exchange);
    } catch (error) {
      throw asFailure(error);
    } finally {
      await drain(exchange);
    }
  };
}

/** What there is when the v1 API is on. */
type Families = ImageParts & RepositoryParts;

function openFamilies(options: V1Options, stores: V1Stores): Families {
  const rights = new Rights(stores, new Membership(stores));
  return { options, stores, rights, contents: new LayerContents(stores.images) };
}

function answer(
  options: V1Options,
  families: Families | undefined,
  exchange: Exchange,
): Reply | Promise<Reply> {
  const route = parseRoute(exchange.target.path, isReading(exchange));
  switch (route.kind) {
    case 'root':
      checkMethod(exchange, 'GET');
      return jsonReply(options.greeting);
    case 'ping':
      checkMethod(exchange, 'GET');
      return answerPing(options.hasIndex);
    case 'search':
      checkMethod(exchange, 'GET');
      checkNoToken(exchange);
      return answerSearch(options, exchange);
    default:
      if (families === undefined) throw nothingHere();
      return answerFamily(families, exchange, route);
  }
}

function answerFamily(
  families: Families,
  exchange: Exchange,
  route: Exclude<Route, { kind: 'root' | 'ping' | 'search' }>,
): Reply | Promise<Reply> {
  switch (route.kind) {
    case 'status':
      checkMethod(exchange, 'GET');
      checkNoToken(exchange);
      return answerStatus(families.stores, exchange);
    case 'users':
    case 'user':
      return answerAccounts(families.options, exchange, route);
    case 'image':
      return answerImage(families, exchange, route.id, route.part);
    default:
      return answerRepository(families, exchange, route);
  }
}
