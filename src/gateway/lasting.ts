import type { Closer } from '../backend.js';
import { VerificationPool } from '../htpasswd/index.js';
import type { ExchangeObserver } from '../http/observer.js';
import type { SiblingChannel } from '../identity/guard-exchange.js';
import type { GuessGuard } from '../identity/guess-guard.js';
import { Throttle } from '../identity/throttle.js';
import type { CrashReports } from '../telemetry/crash/opening.js';
import type { Logs } from '../telemetry/logger.js';
import { Metrics } from '../telemetry/metrics/metrics.js';
import { hashPoolSource } from '../telemetry/metrics/sources.js';
import { openGuard } from './guard.js';

/** Accounts that one address may ask for, and milliseconds after which it may ask for a further one. */
const REGISTRATIONS = { burst: 20, interval: 10_000, addresses: 10_000 };

/** What a gateway is given by the process that it runs in. */
export interface Surroundings {
  readonly logs: Logs;
  /** Of this program. */
  readonly version?: string | undefined;
  /** Undefined: of no use to anybody. */
  readonly metrics?: Metrics | undefined;
  /** Told of every request, beside the metrics. */
  readonly observer?: ExchangeObserver | undefined;
  /** Undefined: nobody is told of errors that nobody expected. */
  readonly crashes?: CrashReports | undefined;
  /** 48 bytes by which TLS sessions are sealed, shared with other processes; undefined: this process has its own. */
  readonly ticketKeys?: Buffer | undefined;
  /** Undefined: this process serves alone. */
  readonly siblings?: SiblingChannel | undefined;
}

/** What lasts as long as the process does, whatever its configuration becomes: who guesses must not be forgotten by a reload. */
export interface Lasting {
  readonly logs: Logs;
  readonly version: string;
  readonly metrics: Metrics;
  readonly observer: ExchangeObserver;
  readonly crashes: CrashReports | undefined;
  readonly guard: GuessGuard;
  /** Threads that hash passwords. */
  readonly pool: VerificationPool;
  readonly registrations: Throttle;
  /** As {@link Surroundings.ticketKeys}; they change. */
  ticketKeys: Buffer | undefined;
  readonly hasSiblings: boolean;
}

/** @param closers gets what is to be closed */
export function openLasting(surroundings: Surroundings, closers: Closer[]): Lasting {
  const { logs, version = '', crashes, ticketKeys, siblings } = surroundings;
  const metrics = surroundings.metrics ?? new Metrics({ version, process: false });
  const pool = new VerificationPool({ onDone: (milliseconds) => metrics.hashes.observe(milliseconds) });
  closers.push(metrics.follow(hashPoolSource(pool)), () => pool.close());
  return {
    ...{ logs, version, metrics, crashes, ticketKeys, pool },
    observer: surroundings.observer ?? metrics.requests,
    guard: openGuard(siblings, closers),
    registrations: new Throttle(REGISTRATIONS),
    hasSiblings: siblings !== undefined,
  };
}
