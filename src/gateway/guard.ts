import cluster from 'node:cluster';
import type { Closer } from '../backend.js';
import { GuardExchange } from '../identity/guard-exchange.js';
import { GUESS_LIMITS, GuessGuard } from '../identity/guess-guard.js';

/**
 * The guard against guessing of this process. In a worker of node:cluster it counts together with those of the other
 * workers, if the primary relays what they say to each other.
 *
 * @param closers gets what is to be closed
 */
export function openGuard(closers: Closer[]): GuessGuard {
  if (!cluster.isWorker) return new GuessGuard();
  const exchange = new GuardExchange(process);
  const guard = new GuessGuard(GUESS_LIMITS, exchange.announce);
  exchange.open(guard);
  closers.push(() => exchange.close());
  return guard;
}
