import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { nothingHere } from './failures.js';
import { answerImages, createRepository } from './index-images.js';
import { checkMethod } from './methods.js';
import type { V1Options } from './options.js';
import { jsonReply } from './replies.js';
import { answerProperties, answerRepositoryJson } from './repositories.js';
import { checkTokenFor, type Rights } from './rights.js';
import type { RepositoryRoute } from './routes.js';
import { answerTag, answerTagJson, answerTags, removeRepository } from './tags.js';

/** What the endpoints of repositories work with. */
export interface RepositoryParts {
  readonly options: V1Options;
  readonly stores: V1Stores;
  readonly rights: Rights;
}

/** Methods of an endpoint; none where it is of an index that is not here. */
function methodsOf(route: RepositoryRoute, hasIndex: boolean): readonly string[] {
  if (route.kind === 'tag') return ['GET', 'PUT', 'DELETE'];
  if (route.kind === 'tag json') return ['GET'];
  switch (route.part) {
    case 'self':
      return hasIndex ? ['PUT', 'DELETE'] : ['DELETE'];
    case 'images':
      return hasIndex ? ['GET', 'PUT', 'DELETE'] : [];
    case 'auth':
      return hasIndex ? ['PUT'] : [];
    case 'tags':
      return ['GET', 'DELETE'];
    case 'json':
      return ['GET'];
    case 'properties':
      return ['GET', 'PUT'];
  }
}

/** Answers at `/v1/repositories/<r>/` and below. */
export async function answerRepository(
  parts: RepositoryParts,
  exchange: Exchange,
  route: RepositoryRoute,
): Promise<Reply> {
  const { options, stores, rights } = parts;
  const { repository } = route;
  const methods = methodsOf(route, options.hasIndex);
  if (methods.length === 0) throw nothingHere();
  checkMethod(exchange, ...methods);
  if (route.kind === 'repository' && route.part === 'auth') {
    // A client has its token looked at, whatever it allows.
    checkTokenFor(exchange, repository);
    return jsonReply('OK');
  }
  rights.checkRepository(exchange, repository);
  if (route.kind === 'tag') return answerTag(stores, rights, exchange, repository, route.tag);
  if (route.kind === 'tag json') return answerTagJson(stores, repository, route.tag);
  switch (route.part) {
    case 'self':
      return exchange.method === 'PUT'
        ? createRepository(options, stores, exchange, repository)
        : removeRepository(stores, repository);
    case 'images':
      return answerImages(options, stores, exchange, repository);
    case 'tags':
      return answerTags(stores, exchange, repository);
    case 'json':
      return answerRepositoryJson(stores, repository);
    default:
      return answerProperties(stores, exchange, repository);
  }
}
