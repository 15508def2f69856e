import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { Writable } from 'node:stream';
import { AUTHORIZATION } from './gateway.js';

/** Where a gateway is reached and whom its clients trust. */
export interface Place {
  readonly port: number;
  readonly ca: string;
}

/** A request of the test user to a gateway, its body left to the test; on a connection of its own. */
export function openRequest(
  { port, ca }: Place,
  method: string,
  path: string,
  headers: Record<string, string | number> = {},
): ClientRequest {
  return request({
    host: '127.0.0.1',
    servername: 'localhost',
    port,
    path,
    method,
    ca,
    agent: new Agent({ keepAlive: false }),
    headers: { host: `localhost:${port}`, authorization: AUTHORIZATION, ...headers },
  });
}

/** The reply to a request, as soon as its head is there; its body is left to the test. */
export function replyTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
  });
}

/** How a body that is read ended. */
export interface BodyEnd {
  readonly bytes: number;
  /** False when the connection was cut before the end of the message. */
  readonly whole: boolean;
}

/** Reads a reply and drops it. */
export function swallow(reply: IncomingMessage): Promise<BodyEnd> {
  let bytes = 0;
  return new Promise((resolve) => {
    reply.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    reply.on('error', () => {});
    reply.once('close', () => resolve({ bytes, whole: reply.complete }));
  });
}

/** Writes zeros as fast as the other side takes them, and ends. Resolves when all is handed over or the other side is gone. */
export function pour(stream: Writable, bytes: number): Promise<void> {
  const block = Buffer.alloc(65_536);
  let left = bytes;
  return new Promise((resolve) => {
    const go = (): void => {
      while (left > 0 && !stream.destroyed) {
        const chunk = left >= block.length ? block : block.subarray(0, left);
        left -= chunk.length;
        if (!stream.write(chunk)) {
          stream.once('drain', go);
          return;
        }
      }
      if (!stream.destroyed) stream.end(resolve);
    };
    stream.once('close', resolve);
    go();
  });
}
