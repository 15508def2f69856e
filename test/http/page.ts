import type { IncomingHttpHeaders } from 'node:http';
import type { TestGateway } from '../harness/gateway.js';
import { ask, type SimpleReply } from '../harness/request.js';

/** What a page may see of a reply. */
export interface SeenReply {
  readonly status: number;
  /** Without what is not exposed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The preflight before it, if there was one. */
  readonly preflight: SimpleReply | undefined;
  /** All that came, for looks behind the page's back. */
  readonly raw: IncomingHttpHeaders;
}

/** What a page asks for. */
export interface PageRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** `credentials: 'include'` */
  readonly credentials?: boolean;
}

/** What a page gets in place of a reply that it may not see. */
export class NetworkError extends Error {}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'POST']);
const SAFE_HEADERS = new Set(['accept', 'accept-language', 'content-language']);
const SAFE_RESPONSE = [
  ...['cache-control', 'content-language', 'content-length', 'content-type'],
  ...['expires', 'last-modified', 'pragma'],
];

/** A page of some origin, held to the CORS protocol as strictly as a browser does it (Fetch standard §4.8 to §4.10). */
export class Page {
  readonly #gateway: TestGateway;
  readonly #origin: string;

  constructor(gateway: TestGateway, origin: string) {
    this.#gateway = gateway;
    this.#origin = origin;
  }

  /** `fetch()` of a page; throws {@link NetworkError} where a browser does. */
  async fetch(path: string, request: PageRequest = {}): Promise<SeenReply> {
    const { method = 'GET', headers = {}, body, credentials = false } = request;
    const unsafe = Object.keys(headers)
      .map((name) => name.toLowerCase())
      .filter((name) => !SAFE_HEADERS.has(name))
      .sort();
    const preflight =
      SAFE_METHODS.has(method) && unsafe.length === 0
        ? undefined
        : await this.#preflight(path, method, unsafe, credentials);
    const reply = await ask(this.#gateway, path, {
      method,
      headers: { ...headers, origin: this.#origin },
      ...(body === undefined ? {} : { body }),
      // Without credentials mode the browser adds none of its own; the page may set the header itself.
      anonymous: !credentials,
    });
    this.#check(reply, credentials);
    const exposed = listOf(reply, 'access-control-expose-headers').map((name) => name.toLowerCase());
    const seen = Object.entries(reply.headers)
      .filter(
        ([name]) =>
          SAFE_RESPONSE.includes(name) || exposed.includes(name) || (exposed.includes('*') && !credentials),
      )
      .map(([name, value]) => [name, String(value)]);
    const { status, text } = reply;
    return { status, text, headers: Object.fromEntries(seen), preflight, raw: reply.headers };
  }

  async #preflight(
    path: string,
    method: string,
    unsafe: readonly string[],
    credentials: boolean,
  ): Promise<SimpleReply> {
    const reply = await ask(this.#gateway, path, {
      method: 'OPTIONS',
      anonymous: true,
      headers: {
        accept: '*/*',
        origin: this.#origin,
        'access-control-request-method': method,
        ...(unsafe.length === 0 ? {} : { 'access-control-request-headers': unsafe.join(',') }),
      },
    });
    this.#check(reply, credentials);
    if (reply.status < 200 || reply.status > 299)
      throw new NetworkError(`the preflight was answered ${reply.status}`);
    const methods = listOf(reply, 'access-control-allow-methods');
    if (!SAFE_METHODS.has(method) && !methods.includes(method) && (credentials || !methods.includes('*')))
      throw new NetworkError(`the method ${method} is not allowed`);
    const names = listOf(reply, 'access-control-allow-headers').map((name) => name.toLowerCase());
    for (const name of unsafe) {
      const isCovered = !credentials && names.includes('*') && name !== 'authorization';
      if (!names.includes(name) && !isCovered) throw new NetworkError(`the header ${name} is not allowed`);
    }
    return reply;
  }

  /** CORS check (Fetch standard §4.9). Node joins repeated lines with a comma, which then equals no origin. */
  #check({ headers }: SimpleReply, credentials: boolean): void {
    const allowed = headers['access-control-allow-origin'];
    if (allowed === undefined) throw new NetworkError('the origin is not allowed');
    if (!credentials && allowed === '*') return;
    if (allowed !== this.#origin) throw new NetworkError(`another origin is allowed: ${allowed}`);
    if (credentials && headers['access-control-allow-credentials'] !== 'true')
      throw new NetworkError('credentials are not allowed');
  }
}

function listOf({ headers }: SimpleReply, name: string): string[] {
  const value = headers[name];
  if (value === undefined) return [];
  return String(value)
    .split(',')
    .map((item) => item.trim());
}
