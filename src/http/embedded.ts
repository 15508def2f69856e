import { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { Exchange, Handler, RequestHeaders } from '../exchange/exchange.js';
import { Failure } from '../exchange/failure.js';
import type { Grant } from '../exchange/grant.js';
import type { Rights } from '../exchange/rights.js';
import type { Target } from '../routing/target.js';
import type { Backend, Call } from './call.js';
import { toFailure } from './recovery.js';
import { ReplyMemory } from './reply-memory.js';
import { RequestBody } from './request-body.js';
import { fieldRecord } from './request-head.js';
import type { Source } from './transaction.js';

/** Bytes of replies that slow clients may keep in memory. */
const HELD = 256 * 1024 * 1024;

/** Answers calls with a handler inside this process. */
export class Embedded implements Backend {
  readonly #handler: Handler;
  readonly #logger: Logger;
  readonly #memory = new ReplyMemory(HELD);

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
    const exchange = new EmbeddedExchange(call);
    delivery.source = exchange;
    try {
      const reply = await this.#handler(exchange);
      exchange.finish();
      delivery.source = undefined;
      if (!delivery.isOver) delivery.release = this.#memory.hold(reply.body);
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

/** A call as handlers see it. Ends the reading of its body when the exchange ends, whichever way that is. */
class EmbeddedExchange implements Exchange, Source {
  readonly id: string;
  readonly method: string;
  readonly target: Target;
  readonly headers: RequestHeaders;
  readonly user: string | undefined;
  readonly byPassword: boolean;
  readonly address: string;
  readonly rights: Rights | undefined;
  readonly grant: Grant | undefined;
  readonly origin: string;
  readonly #call: Call;
  #body: Readable | undefined;
  #isAbandoned = false;

  constructor(call: Call) {
    const { delivery, head, target, origin } = call;
    this.id = delivery.id;
    this.method = delivery.request.method ?? 'GET';
    this.target = target;
    this.headers = fieldRecord(head.fields);
    this.user = delivery.user;
    this.byPassword = delivery.way === 'password';
    this.address = delivery.address;
    this.rights = call.rights;
    this.grant = call.grant;
    this.origin = origin;
    this.#call = call;
  }

  get body(): Readable {
    this.#body ??= this.#call.head.hasBody ? this.#openBody() : emptyBody();
    return this.#body;
  }

  /** The handler has answered; what it has not read is dropped by whoever owns the connection. */
  finish(): void {
    this.#body?.destroy();
  }

  resume(): void {}

  abandon(): void {
    this.#isAbandoned = true;
    this.#body?.destroy(broken());
  }

  #openBody(): Readable {
    const { delivery, head } = this.#call;
    const body = new RequestBody(delivery.request, head.contentLength);
    // A client that goes before the handler asks for the body says so only once.
    if (this.#isAbandoned) body.destroy(broken());
    return body;
  }
}

function broken(): Error {
  return new Error('the request has ended before its body');
}

/** A body that nobody sends. It may be abandoned before anybody listens for its errors, which must not end the process. */
function emptyBody(): Readable {
  return Readable.from([]).on('error', () => {});
}
