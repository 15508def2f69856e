import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import type { Exchange, Handler } from '../../../src/exchange/exchange.js';
import { Failure } from '../../../src/exchange/failure.js';
import type { Grant } from '../../../src/exchange/grant.js';
import type { Reply, ReplyBody } from '../../../src/exchange/reply.js';
import type { Rights } from '../../../src/exchange/rights.js';
import { openDockerRegistryStore } from '../../../src/registry/store/docker-registry/docker-registry-store.js';
import type { V1Stores } from '../../../src/registry/store/v1-contracts.js';
import { createV1, type V1Options } from '../../../src/registry/v1/v1.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { makeExchange } from '../client.js';

/** What a request has beside its method and path. */
export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
  /** 'somebody' unless told; null for nobody. */
  readonly user?: string | null;
  readonly grant?: Grant;
  readonly rights?: Rights;
  readonly address?: string;
}

/** A reply or a refusal, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Reply['headers'];
  readonly bytes: Buffer;
  /** The body as JSON; a refusal's as the gateway writes it. */
  readonly json: unknown;
  /** All of the request's body had been read by the time the answer came. */
  readonly isRead: boolean;
}

/** A v1 registry over docker-registry's layout, in a directory of its own. */
export interface V1Registry {
  readonly directory: string;
  readonly stores: V1Stores;
  readonly handler: Handler;
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
}

export async function openV1(
  test: TestContext,
  options: Partial<V1Options> = {},
  readOnly = false,
): Promise<V1Registry> {
  const directory = memoryDirectory(test);
  const stores = options.stores ?? (await openDockerRegistryStore({ directory, readOnly }));
  const handler = createV1({ stores, hasIndex: true, endpoints: [], greeting: 'hello', ...options });
  return { directory, stores, handler, ask: (...request) => askV1(handler, ...request) };
}

/** Asks a handler; other errors than failures are thrown. */
export async function askV1(
  handler: Handler,
  method: string,
  path: string,
  { user = 'somebody', grant, address = '127.0.0.1', ...options }: AskOptions = {},
): Promise<Answer> {
  const exchange: Exchange = {
    ...makeExchange(method, path, options),
    user: user ?? undefined,
    grant,
    address,
  };
  const isRead = (): boolean => exchange.body.readableEnded;
  try {
    const { status, headers, body } = await handler(exchange);
    const read = isRead();
    const bytes = await readReply(body);
    return { status, headers, bytes, json: parsed(bytes), isRead: read };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { status, headers, message } = error;
    return { status, headers, bytes: Buffer.alloc(0), json: { error: message }, isRead: isRead() };
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

async function readReply(body: ReplyBody | undefined): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body);
  if (body instanceof Readable) return Buffer.concat(await body.toArray());
  try {
    const buffer = Buffer.alloc(body.length);
    await body.file.read(buffer, 0, body.length, body.start);
    return buffer;
  } finally {
    await body.file.close();
  }
}

/** An id made of a name. */
export function idOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** JSON of an image, as an engine would send it. */
export function jsonOf(id: string, parent?: string): string {
  return JSON.stringify({ id, parent, created: '2014-06-12T00:00:00Z' });
}

/** Payload checksum, by its definition. */
export function payloadOf(json: string | Uint8Array, layer: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(json).update('\n').update(layer).digest('hex')}`;
}

/** Sends the json of an image and its layer, and leaves the push under way. @returns the payload checksum. */
export async function beginImage(
  registry: V1Registry,
  id: string,
  parent?: string,
  layer: string | Uint8Array = `layer of ${id}`,
): Promise<string> {
  const json = jsonOf(id, parent);
  for (const [part, body] of [
    ['json', json],
    ['layer', layer],
  ] as const) {
    const { status, json: said } = await registry.ask('PUT', `/v1/images/${id}/${part}`, { body });
    if (status !== 200) throw new Error(`the ${part} was refused: ${JSON.stringify(said)}`);
  }
  return payloadOf(json, layer);
}

/** Pushes a whole image. @returns the payload checksum. */
export async function pushImage(
  registry: V1Registry,
  id: string,
  parent?: string,
  layer?: string | Uint8Array,
): Promise<string> {
  const payload = await beginImage(registry, id, parent, layer);
  const { status } = await registry.ask('PUT', `/v1/images/${id}/checksum`, {
    headers: { 'x-docker-checksum-payload': payload },
  });
  if (status !== 200) throw new Error('the checksum was refused');
  return payload;
}
