import type { Dispatcher } from 'undici';
import type { Call } from '../http/call.js';
import { RequestBody } from '../http/request-body.js';
import type { Source } from '../http/transaction.js';
import { announce } from './connection-use.js';
import { Course, type Step } from './course.js';
import { codeOf, distrusted, reasonOf, upstreamFailure } from './failure.js';
import { replyFields, requestFields, tracedFields } from './headers.js';
import { correctLocation } from './location.js';
import { renewToken, type Sealing, sealingFor, tokenAuthorization } from './token-reply.js';
import type { Upstream } from './upstream.js';

/** Why we end a request to the upstream ourselves. */
class Abandoned extends Error {
  readonly code = 'ABANDONED';
}

/** One request's way to the upstream and its reply's way back. */
export class Passage extends Course implements Source, Dispatcher.DispatchHandler {
  readonly #upstream: Upstream;
  readonly #call: Call;
  #headers: string[] = [];
  readonly #sealing: Sealing | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #body: RequestBody | undefined;
  #passedAt = 0;
  /** A server has the request, or begins to get it, and has not answered. */
  #isAwaited = false;
  #ending = false;
  #abandoned = false;

  constructor(upstream: Upstream, call: Call) {
    super(upstream.balancer);
    this.#upstream = upstream;
    this.#call = call;
    this.#sealing = sealingFor(call, upstream.seal);
  }

  start(): void {
    const { delivery, upstreamToken } = this.#call;
    delivery.source = this;
    const token = upstreamToken === undefined ? undefined : tokenAuthorization(upstreamToken);
    const authorization = token ?? this.#upstream.authorize?.(this.#call);
    if (typeof authorization !== 'object') this.#pass(authorization);
    else {
      authorization
        .then((value) => this.#pass(value))
        .catch((error: unknown) => {
          if (!this.#abandoned) this.#fail(error);
        });
    }
  }

  /** @param authorization in place of the client's */
  #pass(authorization: string | undefined): void {
    if (this.#abandoned) return;
    const { delivery, head, client } = this.#call;
    const { passAuthorization } = this.#upstream;
    this.#headers = requestFields(head.fields, head.connection, client, passAuthorization, authorization);
    if (delivery.span !== undefined) this.#headers = tracedFields(this.#headers, delivery.span);
    if (head.host === undefined) this.#headers.push('host', client.host);
    if (head.hasBody)
      this.#body = new RequestBody(delivery.request, head.contentLength, this.#upstream.budget);
    this.#passedAt = performance.now();
    this.#dispatch(false, this.#passedAt);
  }

  #dispatch(fresh: boolean, now: number): void {
    const { target } = this.#call;
    const method = this.#method;
    const options: Dispatcher.DispatchOptions = {
      path: target.raw,
      method: method as Dispatcher.HttpMethod,
      headers: this.#headers,
      body: this.#body ?? null,
    };
    // undici closes after each HEAD, in case a body follows it; what follows unasked it refuses in any case.
    if (method === 'HEAD' && this.#body === undefined) options.reset = false;
    try {
      this.server(now).dispatch(options, this, fresh);
    } catch (error) {
      this.#fail(error);
    }
  }

  get #method(): string {
    return this.#call.delivery.request.method ?? 'GET';
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#isAwaited = true;
    announce(this);
    if (this.#abandoned) controller.abort(new Abandoned());
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#controller = controller;
    this.#isAwaited = false;
    this.#body?.forgetReplay();
    const { delivery, origin } = this.#call;
    const now = performance.now();
    this.replied(status, now);
    if (status === 401 && this.#upstream.authorize !== undefined && this.#call.upstreamToken === undefined) {
      this.#upstream.tellDistrust(delivery.id);
      delivery.fail(distrusted(), 'upstream failed');
      return;
    }
    delivery.upstreamMilliseconds = now - this.#passedAt;
    if (headers['x-docker-token'] !== undefined || headers['www-authenticate'] !== undefined)
      renewToken(headers, this.#sealing);
    if (headers['x-docker-endpoints'] !== undefined)
      headers['x-docker-endpoints'] = this.#upstream.endpoints ?? this.#call.client.host;
    const { location } = headers;
    if (typeof location === 'string')
      headers['location'] = correctLocation(location, origin, this.#upstream.names);
    const fields = replyFields(headers, delivery.user === undefined);
    const length = headers['content-length'];
    delivery.begin(status, fields, typeof length === 'string' ? Number(length) : undefined);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#call.delivery.write(chunk) && !this.#ending) controller.pause();
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: Record<string, string>): void {
    // An answer may come before the whole request was sent; the rest is nobody's any more.
    this.#body?.destroy();
    for (const _ in trailers) {
      this.#call.delivery.end(trailers);
      return;
    }
    this.#call.delivery.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.#abandoned) return;
    this.#isAwaited = false;
    if (this.#call.delivery.begun) {
      this.brokeOff(error);
      this.#fail(error);
      return;
    }
    const step = this.stepAfter(error, this.#method);
    if (step === 'stop' || !this.#renewBody(step)) {
      this.#fail(error);
      return;
    }
    this.countRetry();
    this.#dispatch(step === 'again', performance.now());
  }

  onUpstreamEnd(): void {
    this.#ending = true;
    this.#controller?.resume();
  }

  resume(): void {
    this.#controller?.resume();
  }

  abandon(): void {
    if (this.#abandoned) return;
    this.#abandoned = true;
    const { delivery } = this.#call;
    // The client has sent all of it, and is still there.
    if (this.#isAwaited && !delivery.closed && delivery.request.complete) this.timedOut();
    this.#body?.forgetReplay();
    this.#body?.destroy();
    this.#controller?.abort(new Abandoned());
  }

  /** Makes the body ready to be sent once more; false when too much of it is gone. */
  #renewBody(step: Step): boolean {
    const body = this.#body;
    if (body === undefined) return true;
    // Nobody has begun to read it.
    if (step === 'onward') return !body.destroyed;
    body.destroy();
    const again = body.replay();
    if (again === undefined) return false;
    body.forgetReplay();
    const { budget, balancer } = this.#upstream;
    const { delivery, head } = this.#call;
    // With one server this try is the last.
    const kept = balancer.hasSeveral ? budget : undefined;
    this.#body = new RequestBody(delivery.request, head.contentLength, kept, again);
    return true;
  }

  #fail(error: unknown): void {
    const { delivery } = this.#call;
    this.#body?.forgetReplay();
    this.#body?.destroy();
    this.#upstream.logger.warn(
      { id: delivery.id, server: this.serverName, code: codeOf(error), reason: reasonOf(error) },
      'the upstream failed',
    );
    delivery.fail(upstreamFailure(error), 'upstream failed');
  }
}
