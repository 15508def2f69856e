import type { Exchange } from '../../exchange/exchange.js';
import { receive } from '../receive.js';

/**
 * Reads what is left of a request's body and drops it. Old engines look at the answer only when they have sent the whole
 * body: one that comes early, on a connection that is then closed, shows up as a broken connection.
 *
 * What strangers send is left to whoever owns the connection, who reads less of it.
 */
export async function drain(exchange: Exchange): Promise<void> {
  const { method, user, body } = exchange;
  if (user === undefined || method === 'GET' || method === 'HEAD') return;
  if (body.readableEnded || body.destroyed) return;
  try {
    await receive(body, () => undefined);
  } catch {
    // The client has gone and will not read the answer either.
  }
}
