import type { TracedRequest } from '../../../src/telemetry/otlp/request-span.js';

export const TRACE = '0af7651916cd43dd8448eb211c80319c';
export const SPAN = 'b7ad6b7169203331';
export const PARENT = `00-${TRACE}-${SPAN}-01`;

/** A request that has ended well, but for what a test says. */
export function traced(
  differences: Partial<TracedRequest> & { url?: string; method?: string } = {},
): TracedRequest {
  const { url = '/v2/team/app/manifests/latest', method = 'GET', ...rest } = differences;
  return {
    id: 'abc-1',
    user: 'vinod1',
    address: '192.0.2.7',
    request: { method, url, httpVersion: '1.1', received: 0 },
    path: url.split('?')[0],
    status: 200,
    sent: 1_234,
    startedAt: performance.now() - 20,
    upstreamMilliseconds: undefined,
    outcome: 'complete',
    connection: { secure: true },
    ...rest,
  };
}

/** The head of a request with such fields. */
export function head(fields: Readonly<Record<string, string>> = {}): { fields: readonly string[] } {
  return { fields: ['host', 'localhost', ...Object.entries(fields).flat()] };
}
