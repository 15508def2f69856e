import type { Dispatcher } from 'undici';
import { announce, type ConnectionUser } from './connection-use.js';
import { isStaleConnection } from './failure.js';
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
 * Asks the upstream with GET and reads the whole reply; once more where a kept connection had died.
 *
 * @throws {ReplyTooLong} @throws the signal's reason @throws what undici says when the upstream cannot be reached
 */
export async function collect(upstream: Upstream, question: Question): Promise<Collected> {
  const first = new Collection(question);
  try {
    return await first.from(upstream, false);
  } catch (error) {
    if (!first.isKept || question.signal.aborted || !isStaleConnection(error)) throw error;
    return new Collection(question).from(upstream, true);
  }
}

class Collection implements ConnectionUser, Dispatcher.DispatchHandler {
  readonly #question: Question;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #status = 0;
  #headers: Collected['headers'] = {};
  #settle: { resolve(reply: Collected): void; reject(error: unknown): void } | undefined;
  #stop: (() => void) | undefined;
  isKept = false;

  constructor(question: Question) {
    this.#question = question;
  }

  from(upstream: Upstream, fresh: boolean): Promise<Collected> {
    const { path, headers, signal } = this.#question;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      upstream.dispatch({ path, method: 'GET', headers, body: null }, this, fresh);
    });
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
    this.#settle?.resolve({
      status: this.#status,
      headers: this.#headers,
      body: Buffer.concat(this.#chunks),
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#stop?.();
    this.#settle?.reject(error);
  }

  onConnection(isKept: boolean): void {
    this.isKept = isKept;
  }

  onUpstreamEnd(): void {}
}
