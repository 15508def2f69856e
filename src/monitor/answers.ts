import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readiness } from './readiness.js';

/** What the monitor tells. */
export interface MonitorHandlers {
  readonly readiness: Readiness;
  /** All numbers in Prometheus' format 0.0.4. */
  metrics(): Promise<string>;
}

/** What one path answers. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What a path does, by method. */
export type Route = Readonly<Record<string, () => Promise<Answer> | Answer>>;

const TEXT = 'text/plain; charset=utf-8';
/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

export function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

/** The paths that everybody may ask who reaches the monitor. */
export function monitorRoutes({ readiness, metrics }: MonitorHandlers): ReadonlyMap<string, Route> {
  const text = shared(metrics);
  return new Map<string, Route>([
    ['/healthz', { GET: () => ({ status: 200, type: TEXT, body: 'ok\n' }) }],
    [
      '/readyz',
      {
        async GET(): Promise<Answer> {
          const reasons = await readiness.reasons();
          return json(reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons });
        },
      },
    ],
    ['/metrics', { GET: async () => ({ status: 200, type: EXPOSITION, body: await text() }) }],
  ]);
}

/** However many ask at the same time, the work is done once. */
function shared(work: () => Promise<string>): () => Promise<string> {
  let running: Promise<string> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** Answers one request. Never rejects. */
export async function answer(
  routes: ReadonlyMap<string, Route>,
  request: IncomingMessage,
  response: ServerResponse,
  onError: (error: unknown) => void,
): Promise<void> {
  const found = await find(routes, request).catch((error: unknown) => {
    onError(error);
    return json(500, { error: 'this could not be answered; the log of the server tells why' });
  });
  if (response.destroyed) return;
  // What is sent with a request is not read: nothing here needs it.
  const closes = hasBody(request) ? { connection: 'close' } : {};
  const allow = found.status === 405 ? { allow: allowed(routes, request) } : {};
  response.writeHead(found.status, {
    'content-type': found.type,
    'content-length': Buffer.byteLength(found.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...allow,
    ...closes,
  });
  response.end(found.body);
}

async function find(routes: ReadonlyMap<string, Route>, request: IncomingMessage): Promise<Answer> {
  if (hasBody(request)) return json(400, { error: 'send no body' });
  const route = routes.get(pathOf(request));
  if (route === undefined) return json(404, { error: 'there is nothing here', paths: [...routes.keys()] });
  const { method = '' } = request;
  const act = Object.hasOwn(route, method) ? route[method] : method === 'HEAD' ? route['GET'] : undefined;
  if (act === undefined) return json(405, { error: `${allowed(routes, request)} alone may be asked here` });
  return act();
}

function allowed(routes: ReadonlyMap<string, Route>, request: IncomingMessage): string {
  const methods = Object.keys(routes.get(pathOf(request)) ?? {});
  return (methods.includes('GET') ? [...methods, 'HEAD'] : methods).join(', ');
}

function pathOf({ url = '' }: IncomingMessage): string {
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
