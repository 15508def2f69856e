import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { Configuration } from '../configuration/configuration.js';
import { HEARTBEAT_LIMITS, type HeartbeatLimits } from './heartbeat.js';
import { RESPAWN_LIMITS, type RespawnLimits } from './respawn.js';
import type { WorkerState } from './worker.js';

/** All times in milliseconds. */
export interface WorkforceLimits {
  readonly respawn: RespawnLimits;
  readonly heartbeat: HeartbeatLimits;
  /** For which TLS session tickets are encrypted with the same keys: what stolen ones open is bounded (RFC 5077 §5.5). */
  readonly ticketKeys: number;
  /** That workers may take to build what a configuration asks for. */
  readonly takeover: number;
  /** That a worker may take to tell its metrics. */
  readonly collect: number;
  /** Beyond the time to finish, after which a worker that has not ended is killed. */
  readonly overdue: number;
}

export const WORKFORCE_LIMITS: WorkforceLimits = {
  respawn: RESPAWN_LIMITS,
  heartbeat: HEARTBEAT_LIMITS,
  ticketKeys: 12 * 3_600_000,
  takeover: 60_000,
  collect: 2_000,
  overdue: 5_000,
};

export interface WorkforceOptions {
  /** Path of the module that a worker runs. It makes a `WorkerLink`. */
  readonly entry: string;
  /** The worker's `process.argv` after the entry. */
  readonly arguments?: readonly string[];
  readonly configuration: Configuration;
  /** Where connections come from. */
  readonly addresses: readonly AddressInfo[];
  readonly logger: Logger;
  readonly limits?: Partial<WorkforceLimits>;
  readonly listener?: WorkforceListener;
}

/** Is told what becomes of the workers. Must not throw. */
export interface WorkforceListener {
  /** A worker has ended that was not told to. @param how the end of a sentence such as `was ended by SIGSEGV` */
  died(index: number, how: string): void;
  /** A worker ends in an orderly way. @param metrics its last ones, as `collect` gives them */
  farewell(metrics: unknown): void;
}

/** One worker, for the operator. */
export interface WorkerStatus {
  readonly index: number;
  readonly pid: number | undefined;
  readonly state: Exclude<WorkerState, 'gone'>;
  /** When the state began, in milliseconds since the epoch. */
  readonly since: number;
  /** Open connections. */
  readonly connections: number;
  /** How often the worker of this index has died. */
  readonly restarts: number;
}

/** The workers could not be kept running. Exit code 1. */
export class WorkforceFailure extends Error {
  override readonly name = 'WorkforceFailure';
}

/** How many workers a configuration asks for; undefined: it speaks of none. */
export function countOf({ workers }: Configuration): number | undefined {
  return workers?.count === 'auto' ? availableParallelism() : workers?.count;
}

/** Requests after which a worker is replaced; 0: never. */
export function requestsOf({ workers }: Configuration): number {
  return workers?.maximumRequests ?? 0;
}
