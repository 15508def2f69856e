import type { Logger } from 'pino';
import type { Exchange, Handler } from '../exchange/exchange.js';
import { Failure } from '../exchange/failure.js';
import type { Backend, Call } from './call.js';
import { toFailure } from './recovery.js';
import { fieldRecord } from './request-head.js';

/** Answers calls with a handler inside this process. */
export class Embedded implements Backend {
  readonly #handler: Handler;
  readonly #logger: Logger;

  constructor(handler: Handler, logger: Logger) {
    this.#handler = handler;
    this.#logger = logger;
  }

  answer(call: Call): void {
    void this.#answer(call);
  }

  async close(): Promise<void> {}

  async #answer(call: Call): Promise<void> {
    const { delivery } = call;
    const { id } = delivery;
    try {
      const reply = await this.#handler(exchangeOf(call));
      if (delivery.closed) {
        if (typeof reply.body === 'object' && 'file' in reply.body) await reply.body.file.close();
        else if (typeof reply.body === 'object' && 'destroy' in reply.body) reply.body.destroy();
        return;
      }
      delivery.send(reply);
    } catch (thrown) {
      const failure = toFailure(thrown);
      const isOurs = failure.status >= 500 && !(thrown instanceof Failure && thrown.cause === undefined);
      if (isOurs && !delivery.closed)
        this.#logger.error({ id, err: thrown }, 'a request could not be answered');
      delivery.fail(failure, failure.status >= 500 ? 'failed' : 'complete');
    }
  }
}

function exchangeOf(call: Call): Exchange {
  const { delivery, head, target, origin } = call;
  return {
    id: delivery.id,
    method: delivery.request.method ?? 'GET',
    target,
    headers: fieldRecord(head.fields),
    body: delivery.request,
    user: delivery.user,
    origin,
  };
}
