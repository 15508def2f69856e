import { Readable } from 'node:stream';
import type { Exchange, RequestHeaders } from '../../src/exchange/exchange.js';
import type { Reply } from '../../src/exchange/reply.js';

/** What a test asks of a handler. */
export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: RequestHeaders;
  readonly body?: string | Buffer;
}

/** A request as handlers see it. */
export function exchangeOf({
  method = 'GET',
  path = '/token',
  query = '',
  headers = {},
  body,
}: Asked): Exchange {
  return {
    id: '1',
    method,
    target: { raw: query === '' ? path : `${path}?${query}`, path, query },
    headers,
    body: Readable.from(body === undefined ? [] : [Buffer.from(body)]),
    user: undefined,
    address: '192.0.2.1',
    origin: 'https://registry.example',
  };
}

/** A form as a client posts it. */
export function formOf(fields: Readonly<Record<string, string>>): Asked {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  };
}

/** The JSON of a reply. */
export function jsonOf({ body }: Reply): Record<string, unknown> {
  return JSON.parse(String(body)) as Record<string, unknown>;
}
