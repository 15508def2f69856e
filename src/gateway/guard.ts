import type { Closer } from '../backend.js';
import { GuardExchange, type SiblingChannel } from '../identity/guard-exchange.js';
import { GUESS_LIMITS, GuessGuard } from '../identity/guess-guard.js';

/**
 * The guard against guessing of this process. It counts together with those of its siblings, if the process that looks after
 * all of them relays what they say to each other.
 *
 * @param siblings undefined: this process is alone
 * @param closers gets what is to be closed
 */
export function openGuard(siblings: SiblingChannel | undefined, closers: Closer[]): GuessGuard {
  if (siblings === undefined) return new GuessGuard();
  const exchange = new GuardExchange(siblings);
  const guard = new GuessGuard(GUESS_LIMITS, exchange.announce);
  exchange.open(guard);
  closers.push(() => exchange.close());
  return guard;
}
