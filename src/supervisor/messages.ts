import type { AddressInfo } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import type { Configuration } from '../configuration/configuration.js';
import { ConfigurationError, type Problem } from '../configuration/problem.js';

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

/** What a worker answers, with {@link Answer} of the same number. */
export type Question =
  | { readonly type: 'ping' }
  /** Build all that the configuration asks for beside what runs. */
  | { readonly type: 'prepare'; readonly configuration: Configuration }
  /** What was prepared holds from now on. */
  | { readonly type: 'commit'; readonly requests: number }
  /** What was prepared is not wanted. */
  | { readonly type: 'discard' }
  /** The worker's metrics. */
  | { readonly type: 'collect' };

/** From the primary to a worker. */
export type ToWorker =
  /** `requests`: those after which the worker wants to be replaced; 0: never. */
  | { readonly type: 'start'; readonly start: WorkerStart; readonly requests: number }
  /** With the socket. */
  | { readonly type: 'connection'; readonly number: number; readonly door: number }
  | { readonly type: 'question'; readonly number: number; readonly question: Question }
  | { readonly type: 'ticketKeys'; readonly keys: Buffer }
  /** Files that something else rotates are to be opened anew. */
  | { readonly type: 'reopen' }
  /** `alone`: the primary does not wait for it. */
  | { readonly type: 'drain'; readonly alone: boolean }
  | { readonly type: 'abort' };

/** Why a worker could not start or take over a configuration. */
export interface WorkerFailure {
  /** What is wrong in what the operator wrote; undefined when that is not the reason. */
  readonly problems: readonly Problem[] | undefined;
  /** For the log. */
  readonly message: string;
}

/** The failure is undefined when all went well. */
export interface Answer {
  readonly failure?: WorkerFailure | undefined;
  readonly value?: unknown;
}

/** From a worker to the primary. */
export type FromWorker =
  /** The worker hears messages from now on. */
  | { readonly type: 'hello' }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly failure: WorkerFailure }
  /** Connections taken over since the last report, by their numbers, and how many were closed. */
  | { readonly type: 'connections'; readonly taken: readonly number[]; readonly closed: number }
  | { readonly type: 'answer'; readonly number: number; readonly answer: Answer }
  /** It ends, in an orderly way, and these are its last metrics. */
  | { readonly type: 'farewell'; readonly metrics: unknown }
  /** It has served its number of requests, or was asked by a signal: it wants to be replaced. */
  | { readonly type: 'recycle' };

/** An error as it travels between processes. */
export function failureOf(error: unknown): WorkerFailure {
  if (error instanceof ConfigurationError) return { problems: error.problems, message: error.message };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { problems: undefined, message };
}

/** What is to be shown to the operator. */
export function problemsOf(failure: WorkerFailure): readonly Problem[] {
  // The rest of the message is where in the program it happened, and for the log.
  const [message = ''] = failure.message.split('\n', 1);
  return failure.problems ?? [{ place: undefined, message }];
}

/** A message of which JSON would lose something, such as bytes or an infinite number. */
interface Packed {
  readonly type: 'packed';
  readonly text: string;
}

/**
 * A message as it is sent. The channel carries JSON, which costs half of what node's other serialization does; so what is
 * sent for every connection goes as it is, and all else is packed.
 */
export function pack(message: ToWorker | FromWorker): ToWorker | FromWorker | Packed {
  if (message.type === 'connection' || message.type === 'connections') return message;
  return { type: 'packed', text: serialize(message).toString('base64') };
}

/** The message that was sent. What the guards tell each other was never packed. */
export function unpack<Message extends ToWorker | FromWorker>(message: Message | Packed): Message {
  return message.type === 'packed' ? deserialize(Buffer.from(message.text, 'base64')) : message;
}
