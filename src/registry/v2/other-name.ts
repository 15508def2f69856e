import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import type { Repository } from '../model/repository.js';
import type { Route } from './routes.js';

/**
 * Where the v1 API is served too, `library/x` shows the images of `x`: whoever is kept from `x` must not come to them by
 * the longer name. Decided before anybody looks whether there is something.
 *
 * @throws {Failure} 403.
 */
export function checkOtherName(exchange: Exchange, route: Route, { name }: Repository): void {
  const short = shortNameOf(name);
  if (exchange.rights === undefined || short === undefined) return;
  if (exchange.rights.may(actionOf(exchange, route), short)) return;
  throw new Failure(403, 'DENIED', 'this repository is also known by another name, which you may not use');
}

/** `x` for `library/x`; undefined for every other name. */
export function shortNameOf(name: string): string | undefined {
  return /^library\/([^/]+)$/.exec(name)?.[1];
}

function actionOf({ method }: Exchange, { kind }: Route): 'pull' | 'push' | 'delete' {
  if (kind === 'uploads' || kind === 'upload') return 'push';
  if (method === 'GET' || method === 'HEAD') return 'pull';
  return method === 'DELETE' ? 'delete' : 'push';
}
