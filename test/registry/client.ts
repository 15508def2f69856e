import { Readable } from 'node:stream';
import type { Exchange, Handler } from '../../src/exchange/exchange.js';
import { Failure } from '../../src/exchange/failure.js';
import type { Reply, ReplyBody } from '../../src/exchange/reply.js';
import type { Rights } from '../../src/exchange/rights.js';
import { parseTarget } from '../../src/routing/target.js';

/** What a request has beside its method and target. */
export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
  /** What whoever asks may do; everything, unless told. */
  readonly rights?: Rights | undefined;
}

/** A reply, read to its end. */
export interface Received {
  readonly status: number;
  readonly headers: Reply['headers'];
  readonly bytes: Buffer;
  /** OCI error code, when the handler refused. */
  readonly code: string | undefined;
}

/** Where the made-up exchanges come in. */
export const ORIGIN = 'https://registry.example:8443';

/** An exchange without a socket. */
export function makeExchange(method: string, target: string, options: RequestOptions = {}): Exchange {
  const { body } = options;
  return {
    id: 'test',
    method,
    target: parseTarget(target),
    headers: options.headers ?? {},
    body: body instanceof Readable ? body : Readable.from(body === undefined ? [] : [Buffer.from(body)]),
    address: '127.0.0.1',
    user: 'somebody',
    rights: options.rights,
    origin: ORIGIN,
  };
}

async function read(body: ReplyBody | undefined): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body);
  if (!('file' in body)) return Buffer.concat(await body.toArray());
  try {
    const buffer = Buffer.alloc(body.length);
    await body.file.read(buffer, 0, body.length, body.start);
    return buffer;
  } finally {
    await body.file.close();
  }
}

/** Asks a handler, and takes its failures for the replies that they are. Other errors are thrown. */
export async function ask(
  handler: Handler,
  method: string,
  target: string,
  options: RequestOptions = {},
): Promise<Received> {
  try {
    const { status, headers, body } = await handler(makeExchange(method, target, options));
    return { status, headers, bytes: await read(body), code: undefined };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { status: error.status, headers: error.headers, bytes: Buffer.alloc(0), code: error.code };
  }
}

/** The path and query of a `Location`, which has to be absolute. */
export function followed(reply: Received): string {
  const location = String(reply.headers['location']);
  if (!location.startsWith(`${ORIGIN}/`)) throw new Error(`the Location ${location} is not absolute`);
  return location.slice(ORIGIN.length);
}
