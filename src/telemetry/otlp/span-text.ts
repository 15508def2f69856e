import { countAttribute, escaped, textAttribute } from './attributes.js';
import type { UnixClock } from './unix-clock.js';

/** Attributes of spans; their names are OpenTelemetry's semantic conventions for HTTP. */
export const attribute = {
  route: textAttribute('http.route'),
  status: countAttribute('http.response.status_code'),
  requestSize: countAttribute('http.request.body.size'),
  responseSize: countAttribute('http.response.body.size'),
  scheme: textAttribute('url.scheme'),
  path: textAttribute('url.path'),
  query: textAttribute('url.query'),
  url: textAttribute('url.full'),
  error: textAttribute('error.type'),
  protocol: textAttribute('network.protocol.version'),
  client: textAttribute('client.address'),
  server: textAttribute('server.address'),
  port: countAttribute('server.port'),
  userAgent: textAttribute('user_agent.original'),
  user: textAttribute('enduser.id'),
  requestId: textAttribute('dockgate.request.id'),
  outcome: textAttribute('dockgate.outcome'),
};

const METHODS = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);
/** In `flags` beside those of W3C: whether the parent is in another program is known, and it is. */
const REMOTE_KNOWN = 0x100;
const REMOTE = 0x200;

/** What a span consists of. */
export interface SpanParts {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  /** Whether the parent is in another program. */
  readonly isRemote: boolean;
  readonly tracestate: string | undefined;
  readonly flags: number;
  readonly kind: 'server' | 'client';
  readonly method: string;
  /** Undefined for a span that is named by its method alone. */
  readonly route: string | undefined;
  /** Milliseconds of the monotonic clock. */
  readonly from: number;
  readonly to: number;
  /** Made by {@link attribute}. */
  readonly attributes: string;
  readonly failed: boolean;
}

/** A span as OTLP writes it in JSON. What clients say of themselves comes in through attributes and the state alone. */
export function spanText(parts: SpanParts, clock: UnixClock): string {
  const { traceId, spanId, parentId, isRemote, tracestate, flags, kind, method, route } = parts;
  // Anything can be a method: names of spans are few.
  const known = METHODS.has(method);
  return (
    `{"traceId":"${traceId}","spanId":"${spanId}"` +
    `${parentId === undefined ? '' : `,"parentSpanId":"${parentId}"`}` +
    `${tracestate === undefined ? '' : `,"traceState":"${escaped(tracestate)}"`}` +
    `,"flags":${flags | REMOTE_KNOWN | (isRemote ? REMOTE : 0)}` +
    `,"name":"${known ? method : 'HTTP'}${route === undefined ? '' : ` ${route}`}","kind":${kind === 'server' ? 2 : 3}` +
    `,"startTimeUnixNano":"${clock.nanoseconds(parts.from)}","endTimeUnixNano":"${clock.nanoseconds(parts.to)}"` +
    `,"attributes":[{"key":"http.request.method","value":{"stringValue":"${known ? method : '_OTHER'}"}}` +
    `${parts.attributes}],"status":${parts.failed ? '{"code":2}' : '{}'}}`
  );
}
