import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { ConversationOptions } from '../../src/remote/conversation.js';
import { RegistryClient } from '../../src/remote/registry-client.js';

/** A request as it came. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A server that answers what a test wants, and what it was asked. */
export interface ScriptedRegistry {
  readonly origin: URL;
  readonly seen: readonly Seen[];
}

/** Starts a server on 127.0.0.1, closed after the test; with a pair it speaks TLS under the name localhost. */
export async function startScripted(
  test: TestContext,
  answer: (request: IncomingMessage, reply: ServerResponse) => void,
  pair?: { readonly cert: Buffer; readonly key: Buffer },
): Promise<ScriptedRegistry> {
  const seen: Seen[] = [];
  const onRequest = (request: IncomingMessage, reply: ServerResponse): void => {
    const { method = '', url: path = '', headers } = request;
    seen.push({ method, path, authorization: headers.authorization });
    answer(request, reply);
  };
  const server = pair === undefined ? createServer(onRequest) : createSecureServer(pair, onRequest);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const origin = new URL(pair === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`);
  return { origin, seen };
}

/** A client closed after the test. */
export function clientFor(test: TestContext, options: ConversationOptions): RegistryClient {
  const client = new RegistryClient(options);
  test.after(() => client.close());
  return client;
}

/** All elements of a list. */
export async function all<T>(elements: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const element of elements) found.push(element);
  return found;
}
