import type { Dispatcher } from 'undici';
import { announce } from './connection-use.js';
import { Course } from './course.js';
import type { Upstream } from './upstream.js';

/** A whole reply of the upstream. */
export interface Collected {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** What the gateway asks the upstream on its own. */
export interface Question {
  /** Path and query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  /** Bytes that the reply's body may have. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** The reply is longer than it may be. */
export class ReplyTooLong extends Error {
  readonly code = 'REPLY_TOO_LONG';

  constructor() {
    super('the upstream answers with more than can be looked through');
  }
}

/**
 * Asks the upstream with GET and reads the whole reply; once more where a kept connection had died, and of another server
 * where one fails.
 *
 * @throws {ReplyTooLong} @throws the signal's reason @throws what undici says when no server can be reached
 */
export function collect(upstream: Upstream, question: Question): Promise<Collected> {
  return new Promise((resolve, reject) => new Collection(upstream, question, resolve, reject).start());
}

class Collection extends Course implements Dispatcher.DispatchHandler {
  readonly #question: Question;
  readonly #resolve: (reply: Collected) => void;
  readonly #reject: (error: unknown) => void;
  #chunks: Buffer[] = [];
  #size = 0;
  #status = 0;
  #headers: Collected['headers'] = {};
  #stop: (() => void) | undefined;

  constructor(
    upstream: Upstream,
    question: Question,
    resolve: (reply: Collected) => void,
    reject: (error: unknown) => void,
  ) {
    super(upstream.balancer);
    this.#question = question;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { signal } = this.#question;
    if (signal.aborted) this.#reject(signal.reason);
    else this.#dispatch(false);
  }

  #dispatch(fresh: boolean): void {
    const { path, headers } = this.#question;
    try {
      this.server(performance.now()).dispatch({ path, method: 'GET', headers, body: null }, this, fresh);
    } catch (error) {
      this.#reject(error);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { signal } = this.#question;
    announce(this);
    const stop = (): void => controller.abort(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    this.#stop = () => signal.removeEventListener('abort', stop);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Collected['headers'],
  ): void {
    if (status < 200) return;
    this.replied(status, performance.now());
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#question.limit) controller.abort(new ReplyTooLong());
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#stop?.();
    this.#resolve({ status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#stop?.();
    // Nobody has seen a part of the reply, so that another one can take its place.
    const step = this.#question.signal.aborted ? 'stop' : this.stepAfter(error, 'GET');
    if (step === 'stop') {
      this.#reject(error);
      return;
    }
    this.#chunks = [];
    this.#size = 0;
    this.countRetry();
    this.#dispatch(step === 'again');
  }

  onUpstreamEnd(): void {}
}
