import type { Closer } from '../backend.js';
import { VerificationPool } from '../htpasswd/index.js';
import type { GuessGuard } from '../identity/guess-guard.js';
import { Throttle } from '../identity/throttle.js';
import type { Logs } from '../telemetry/logger.js';
import { openGuard } from './guard.js';

/** Accounts that one address may ask for, and milliseconds after which it may ask for a further one. */
const REGISTRATIONS = { burst: 20, interval: 10_000, addresses: 10_000 };

/** What lasts as long as the process does, whatever its configuration becomes: who guesses must not be forgotten by a reload. */
export interface Lasting {
  readonly logs: Logs;
  readonly guard: GuessGuard;
  /** Threads that hash passwords. */
  readonly pool: VerificationPool;
  readonly registrations: Throttle;
  /** 48 bytes by which TLS sessions are sealed, shared with other processes; undefined: this process has its own. */
  ticketKeys: Buffer | undefined;
}

/** @param closers gets what is to be closed */
export function openLasting(logs: Logs, ticketKeys: Buffer | undefined, closers: Closer[]): Lasting {
  const pool = new VerificationPool();
  closers.push(() => pool.close());
  const registrations = new Throttle(REGISTRATIONS);
  return { logs, pool, guard: openGuard(closers), registrations, ticketKeys };
}
