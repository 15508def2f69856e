import { AUTHORIZATION, PASSWORD, USER } from '../../harness/gateway.js';

/** Bytes that are sent alike to nginx and to dockgate. */
export interface WireCase {
  /** A title that is unique; the documentation's rows are found by it. */
  readonly name: string;
  /** What to send (latin1); each later part is sent when something of the answer has come. `{port}` stands for the port. */
  readonly parts: readonly string[];
  /** For each request in it, whether it is a HEAD request; its length is the number of answers to wait for. */
  readonly heads: readonly boolean[];
}

/** What a request differs in from `GET /v2/ HTTP/1.1` with a password. */
export interface CaseOptions {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  /** The `Authorization` value; null sends none. */
  readonly authorization?: string | null;
  /** The Host line's value; null sends no Host line. */
  readonly host?: string | null;
  /** Further header lines. */
  readonly lines?: readonly string[];
  readonly body?: string;
  /** What a second part brings, once the answer has begun. */
  readonly later?: string;
}

/** `Basic` credentials from bytes given as latin1 text. */
export function basic(credentials: string | Buffer): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

/** The right credentials, as they are before base64. */
export const CREDENTIALS = `${USER}:${PASSWORD}`;

/** The text of one request. */
export function requestText(options: CaseOptions = {}): string {
  const { method = 'GET', target = '/v2/', version = 'HTTP/1.1', authorization = AUTHORIZATION } = options;
  const { host = 'localhost:{port}', lines = [], body = '' } = options;
  const head = [
    `${method} ${target} ${version}`,
    ...(host === null ? [] : [`Host: ${host}`]),
    ...(authorization === null ? [] : [`Authorization: ${authorization}`]),
    ...lines,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** A case of one request. */
export function single(name: string, options: CaseOptions = {}): WireCase {
  const parts = [requestText(options), ...(options.later === undefined ? [] : [options.later])];
  return { name, parts, heads: [options.method === 'HEAD'] };
}

/** A case of several requests that are sent at once. */
export function pipelined(name: string, ...requests: readonly CaseOptions[]): WireCase {
  return {
    name,
    parts: [requests.map(requestText).join('')],
    heads: requests.map(({ method }) => method === 'HEAD'),
  };
}

/** A body in chunks, and its header line. */
export function chunked(...chunks: readonly string[]): { lines: string[]; body: string } {
  const coded = [...chunks, ''].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  return { lines: ['Transfer-Encoding: chunked'], body: coded };
}

/** A body with its length, and the header line. */
export function measured(body: string): { lines: string[]; body: string } {
  return { lines: [`Content-Length: ${body.length}`], body };
}
