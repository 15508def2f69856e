import type { Grant } from '../exchange/grant.js';
import type { Rights } from '../exchange/rights.js';
import type { Target } from '../routing/target.js';
import type { Client } from './client.js';
import type { Delivery } from './delivery.js';
import type { RequestHead } from './request-head.js';

/** A request that may be answered: checked, authenticated, its target parsed. */
export interface Call {
  readonly delivery: Delivery;
  readonly head: RequestHead;
  readonly target: Target;
  readonly client: Client;
  /** Scheme and authority by which the client reached us. */
  readonly origin: string;
  /** What whoever asks may do; undefined: everything. */
  readonly rights?: Rights | undefined;
  /** With a token of the v1 API in place of a password: the only thing that the request may do. It does. */
  readonly grant?: Grant | undefined;
  /** The upstream's own token, which the client's token had in it. */
  readonly upstreamToken?: string | undefined;
}

/** What stands behind the gateway and answers. */
export interface Backend {
  /** Answers through the call's delivery, now or later. */
  answer(call: Call): void;
  close(): Promise<void>;
}
