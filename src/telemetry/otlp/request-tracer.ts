import { Identifiers } from './identifiers.js';
import {
  RequestSpan,
  type SpanSurroundings,
  type TracedRequest,
  type UpstreamAddress,
} from './request-span.js';
import { formatTraceParent, parseTraceParent, readTraceState, SAMPLED } from './trace-context.js';
import type { UnixClock } from './unix-clock.js';

export interface RequestTracerOptions {
  readonly clock: UnixClock;
  /** The part of the traces that begin here and are recorded, 0 to 1. */
  readonly sample: number;
  readonly upstream: UpstreamAddress | undefined;
  /** Takes spans, in JSON. */
  ended(span: string): void;
}

/** A request as whoever traces it knows it. */
export interface BegunSpan {
  readonly traceparent: string;
  readonly tracestate: string | undefined;
  end(told: TracedRequest, now: number): void;
}

/** Hexadecimal digits that make a number which JavaScript holds exactly, and how many such numbers there are. */
const DIGITS = 13;
const NUMBERS = 16 ** DIGITS;

/**
 * Begins spans of requests. A trace that another program began is recorded when that program says so; of those that begin
 * here, the given part is, chosen by the last digits of the trace's identifier.
 */
export class RequestTracer {
  readonly #identifiers = new Identifiers();
  readonly #surroundings: SpanSurroundings;
  readonly #threshold: number;

  constructor({ clock, sample, upstream, ended }: RequestTracerOptions) {
    this.#threshold = sample * NUMBERS;
    const newSpanId = (): string => this.#identifiers.span();
    this.#surroundings = { clock, upstream, newSpanId, ended };
  }

  begin(_told: TracedRequest, { fields }: { readonly fields: readonly string[] }): BegunSpan {
    let written: string | undefined;
    let states: string | undefined;
    let userAgent: string | undefined;
    for (let index = 0; index < fields.length; index += 2) {
      const name = fields[index];
      const value = fields[index + 1];
      // Two parents are none (§3.2.2.1); lines of the other field are joined (§3.3.1.1).
      if (name === 'traceparent') written = written === undefined ? value : '';
      else if (name === 'tracestate') states = states === undefined ? value : `${states},${value}`;
      else if (name === 'user-agent') userAgent = value;
    }
    const parent = written === undefined ? undefined : parseTraceParent(written);
    if (parent === undefined) return this.#root(userAgent);
    const tracestate = states === undefined ? undefined : readTraceState(states);
    const { traceId, spanId, flags } = parent;
    if ((flags & SAMPLED) === 0)
      return new UnrecordedSpan(formatTraceParent(traceId, spanId, flags), tracestate);
    return new RequestSpan(this.#surroundings, { traceId, parent, tracestate, flags, userAgent });
  }

  #root(userAgent: string | undefined): BegunSpan {
    const traceId = this.#identifiers.trace();
    if (Number.parseInt(traceId.slice(-DIGITS), 16) < this.#threshold)
      return new RequestSpan(this.#surroundings, {
        traceId,
        parent: undefined,
        tracestate: undefined,
        flags: SAMPLED,
        userAgent,
      });
    return new UnrecordedSpan(formatTraceParent(traceId, this.#identifiers.span(), 0), undefined);
  }
}

/** A request that nobody records; the upstream is told so. */
class UnrecordedSpan implements BegunSpan {
  readonly traceparent: string;
  readonly tracestate: string | undefined;

  constructor(traceparent: string, tracestate: string | undefined) {
    this.traceparent = traceparent;
    this.tracestate = tracestate;
  }

  end(): void {}
}
