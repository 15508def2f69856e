import type { AddressInfo } from 'node:net';
import type { Configuration } from '../configuration/configuration.js';
import type { Problem } from '../configuration/problem.js';

/** What a worker begins with. */
export interface WorkerStart {
  readonly configuration: Configuration;
  /** Place among the workers, from 0; a replacement has that of the worker it replaces, for a while beside it. */
  readonly index: number;
  /** 48 random bytes that all workers share, for `server.setTicketKeys` (RFC 5077 §4). */
  readonly ticketKeys: Buffer;
  /** Where the primary listens; the number of a connection's door is an index of these. */
  readonly addresses: readonly AddressInfo[];
}

/** From the primary to a worker. */
export type ToWorker =
  | { readonly type: 'start'; readonly start: WorkerStart; readonly requests: number }
  /** With the socket. */
  | { readonly type: 'connection'; readonly number: number; readonly door: number }
  | { readonly type: 'ping'; readonly number: number }
  | { readonly type: 'ticketKeys'; readonly keys: Buffer }
  | { readonly type: 'prepare'; readonly configuration: Configuration }
  | { readonly type: 'commit'; readonly requests: number }
  | { readonly type: 'discard' }
  | { readonly type: 'collect'; readonly number: number }
  /** `alone`: the primary does not wait for it. */
  | { readonly type: 'drain'; readonly alone: boolean }
  | { readonly type: 'abort' };

/** Why a worker could not start or take over a configuration. */
export interface WorkerFailure {
  /** What is wrong in what the operator wrote; undefined when that is not the reason. */
  readonly problems: readonly Problem[] | undefined;
  readonly message: string;
}

/** From a worker to the primary. */
export type FromWorker =
  /** The worker listens to messages. */
  | { readonly type: 'hello' }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly failure: WorkerFailure }
  /** Connections taken over since the last report, by their numbers, and how many were closed. */
  | { readonly type: 'connections'; readonly taken: readonly number[]; readonly closed: number }
  | { readonly type: 'pong'; readonly number: number }
  | { readonly type: 'prepared' }
  | { readonly type: 'refused'; readonly failure: WorkerFailure }
  | { readonly type: 'committed'; readonly failure: WorkerFailure | undefined }
  | { readonly type: 'collected'; readonly number: number; readonly value: unknown }
  /** It has served its number of requests, and wants to be replaced. */
  | { readonly type: 'recycle' };
