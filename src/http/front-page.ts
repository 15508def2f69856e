import type { Exchange, Handler } from '../exchange/exchange.js';
import { Failure } from '../exchange/failure.js';
import type { Reply } from '../exchange/reply.js';
import { jsonReply } from './media.js';
import { isDistributionPath } from './recovery.js';

/** What the original registry answers at its root, and what scripts look for. */
const GREETING = 'docker-registry server';

/** What the gateway itself answers when the registry is embedded: the pings and the greeting; the rest is the registry's. */
export function withFrontPage(registry: Handler): Handler {
  return (exchange) => {
    const { path } = exchange.target;
    return isDistributionPath(path) ? registry(exchange) : answerFront(exchange, path);
  };
}

async function answerFront(exchange: Exchange, path: string): Promise<Reply> {
  if (path !== '/' && path !== '/_ping' && path !== '/v1/_ping') {
    throw new Failure(
      404,
      'UNSUPPORTED',
      'nothing is here: this is a container registry, its API is under /v2/',
    );
  }
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
    throw new Failure(405, 'UNSUPPORTED', 'this can only be read', { headers: { allow: 'GET, HEAD' } });
  }
  return jsonReply(200, path === '/' ? GREETING : true);
}
