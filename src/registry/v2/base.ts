import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import { isReading, methodNotAllowed } from './methods.js';

const BODY = '{}';

/** Says that this is a registry of the second version (OCI end-1). */
export function answerBase(exchange: Exchange): Reply {
  if (!isReading(exchange)) throw methodNotAllowed(exchange, 'GET', 'HEAD');
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'content-length': BODY.length },
    body: BODY,
  };
}
