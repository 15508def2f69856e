import type { Exchange } from '../../exchange/exchange.js';
import type { Grant } from '../../exchange/grant.js';
import type { ReplyHeaders } from '../../exchange/reply.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import type { V1Options } from './options.js';

/** Access that a token gets which is issued on a request. */
function accessFor(method: string): Grant['access'] {
  if (method === 'DELETE') return 'delete';
  return method === 'PUT' ? 'write' : 'read';
}

/**
 * A token for what follows on a request to the index. The bearer of a token gets back the one that it came with: else it
 * could be renewed for ever, by whoever has got hold of it.
 */
function tokenFor({ tokens }: V1Options, exchange: Exchange, repository: V1Repository): string | undefined {
  const { user, byPassword, grant, method, headers } = exchange;
  if (tokens === undefined || user === undefined) return undefined;
  if (grant !== undefined) return headers['authorization'];
  // A bearer token or a certificate would live on in it, after its end and after it was taken back.
  if (byPassword === false) return undefined;
  return tokens.issue(user, { repository: repository.toString(), access: accessFor(method) });
}

/**
 * Headers of the index's replies: a token, and where the registry is. Engines insist on both when they push.
 *
 * To be made before anything is waited for. A token is bound to the password that its user has when it is made: one made
 * after a body that came slowly would outlive the password that the request came with.
 */
export function indexHeaders(options: V1Options, exchange: Exchange, repository: V1Repository): ReplyHeaders {
  const token = tokenFor(options, exchange, repository);
  const { endpoints } = options;
  const authority = exchange.origin.slice(exchange.origin.indexOf('://') + 3);
  return {
    ...(token === undefined ? {} : { 'x-docker-token': token, 'www-authenticate': token }),
    'x-docker-endpoints': endpoints.length === 0 ? authority : endpoints.join(','),
  };
}
