import { loggedTarget } from '../logged-target.js';
import { routeOf } from './route.js';
import { attribute, spanText } from './span-text.js';
import { formatTraceParent, type TraceParent } from './trace-context.js';
import type { UnixClock } from './unix-clock.js';

/** What a span tells of a request. */
export interface TracedRequest {
  readonly id: string;
  readonly user: string | undefined;
  readonly address: string;
  readonly request: {
    readonly method?: string | undefined;
    readonly url?: string | undefined;
    readonly httpVersion: string;
    readonly received: number;
  };
  readonly path: string | undefined;
  readonly status: number;
  /** Bytes of the reply's body. */
  readonly sent: number;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  /** Milliseconds from passing the request on to the first byte of the answer. */
  readonly upstreamMilliseconds: number | undefined;
  readonly outcome: string | undefined;
  readonly connection: { readonly secure: boolean };
}

/** What all spans of a tracer have in common. */
export interface SpanSurroundings {
  readonly clock: UnixClock;
  /** Undefined when it is not known. */
  readonly upstream: UpstreamAddress | undefined;
  newSpanId(): string;
  /** @param span in JSON */
  ended(span: string): void;
}

export interface UpstreamAddress {
  readonly origin: string;
  readonly host: string;
  readonly port: number;
}

/** What of a request's head a span keeps. */
export interface SpanOrigin {
  readonly traceId: string;
  /** Undefined when the trace begins here. */
  readonly parent: TraceParent | undefined;
  readonly tracestate: string | undefined;
  readonly flags: number;
  readonly userAgent: string | undefined;
}

/** Characters of what a client chooses, and of the target as a whole. */
const LONGEST = 512;
const LONGEST_TARGET = 2 * LONGEST;
const UNFINISHED = new Set(['client gone', 'upstream failed', 'timed out', 'failed']);

/** A request that is recorded: a span for it, and another one for what the upstream was asked, if it was. */
export class RequestSpan {
  readonly #surroundings: SpanSurroundings;
  readonly #origin: SpanOrigin;
  readonly #spanId: string;
  #upstreamSpanId: string | undefined;
  #passedAt = 0;

  constructor(surroundings: SpanSurroundings, origin: SpanOrigin) {
    this.#surroundings = surroundings;
    this.#origin = origin;
    this.#spanId = surroundings.newSpanId();
  }

  /** Names the span of the request to the upstream, which begins when this is first asked for. */
  get traceparent(): string {
    if (this.#upstreamSpanId === undefined) {
      this.#upstreamSpanId = this.#surroundings.newSpanId();
      this.#passedAt = performance.now();
    }
    return formatTraceParent(this.#origin.traceId, this.#upstreamSpanId, this.#origin.flags);
  }

  get tracestate(): string | undefined {
    return this.#origin.tracestate;
  }

  end(told: TracedRequest, now: number): void {
    const target = bounded(loggedTarget(told.request.url ?? '', told.path !== undefined), LONGEST_TARGET);
    const error = errorOf(told);
    this.#endServer(told, now, target, error);
    if (this.#upstreamSpanId !== undefined) this.#endClient(told, now, target, error, this.#upstreamSpanId);
  }

  #endServer(told: TracedRequest, now: number, target: string, error: string | undefined): void {
    const { traceId, parent, tracestate, flags, userAgent } = this.#origin;
    const route = told.path === undefined ? undefined : routeOf(told.path);
    const mark = target.indexOf('?');
    const attributes =
      attribute.route(route) +
      attribute.scheme(told.connection.secure ? 'https' : 'http') +
      attribute.path(bounded(mark === -1 ? target : target.slice(0, mark))) +
      attribute.query(mark === -1 ? undefined : bounded(target.slice(mark + 1))) +
      attribute.status(told.status === 0 ? undefined : told.status) +
      attribute.error(error) +
      attribute.protocol(told.request.httpVersion) +
      attribute.client(told.address) +
      attribute.userAgent(userAgent === undefined ? undefined : bounded(userAgent)) +
      attribute.user(told.user) +
      attribute.requestSize(told.request.received) +
      attribute.responseSize(told.sent) +
      attribute.requestId(told.id) +
      attribute.outcome(told.outcome);
    const span = {
      traceId,
      spanId: this.#spanId,
      parentId: parent?.spanId,
      isRemote: parent !== undefined,
      tracestate,
      flags,
      kind: 'server' as const,
      method: told.request.method ?? '',
      route,
      from: told.startedAt,
      to: now,
      attributes,
      failed: error !== undefined,
    };
    this.#surroundings.ended(spanText(span, this.#surroundings.clock));
  }

  #endClient(
    told: TracedRequest,
    now: number,
    target: string,
    error: string | undefined,
    spanId: string,
  ): void {
    const { upstream, clock } = this.#surroundings;
    const { traceId, tracestate, flags } = this.#origin;
    const { status, upstreamMilliseconds } = told;
    const answered = upstreamMilliseconds !== undefined;
    const failure = answered ? (status >= 400 ? String(status) : undefined) : error;
    const attributes =
      attribute.url(upstream === undefined ? undefined : upstream.origin + bounded(target)) +
      attribute.server(upstream?.host) +
      attribute.port(upstream?.port) +
      attribute.status(answered ? status : undefined) +
      attribute.error(failure);
    const span = {
      traceId,
      spanId,
      parentId: this.#spanId,
      isRemote: false,
      tracestate,
      flags,
      kind: 'client' as const,
      method: told.request.method ?? '',
      route: undefined,
      from: this.#passedAt,
      to: answered ? this.#passedAt + upstreamMilliseconds : now,
      attributes,
      failed: failure !== undefined,
    };
    this.#surroundings.ended(spanText(span, clock));
  }
}

/** The beginning of a text, without what it was cut from: that may be as long as a header line, and a span waits. */
function bounded(text: string, longest = LONGEST): string {
  return text.length <= longest ? text : Buffer.from(text.slice(0, longest), 'latin1').toString('latin1');
}

/** `error.type`: the status of a failure of ours, or how the exchange ended before its time. */
function errorOf({ status, outcome }: TracedRequest): string | undefined {
  if (status >= 500) return String(status);
  return outcome !== undefined && UNFINISHED.has(outcome) ? outcome.replaceAll(' ', '_') : undefined;
}
