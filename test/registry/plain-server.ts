import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Handler, RequestHeaders } from '../../src/exchange/exchange.js';
import { Failure } from '../../src/exchange/failure.js';
import type { Reply } from '../../src/exchange/reply.js';
import { parseTarget } from '../../src/routing/target.js';

/** A handler that real clients can reach over plain HTTP. */
export interface PlainServer {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** Errors that were not the client's doing. */
  readonly errors: unknown[];
  close(): Promise<void>;
}

/** The reply to something thrown, in the form of OCI Distribution §Error Codes. */
export function replyOfError(error: unknown): Reply {
  const failure = error instanceof Failure ? error : new Failure(500, 'UNKNOWN', 'the registry failed');
  const { code, message, detail } = failure;
  return {
    status: failure.status,
    headers: { ...failure.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ errors: [{ code, message, detail }] }),
  };
}

async function write(reply: Reply, response: ServerResponse, isHead: boolean): Promise<void> {
  for (const [name, value] of Object.entries(reply.headers)) {
    response.setHeader(name, typeof value === 'object' ? [...value] : value);
  }
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  response.writeHead(reply.status);
  const { body } = reply;
  if (typeof body === 'object' && 'file' in body) {
    const { file, start, length } = body;
    try {
      if (!isHead)
        await pipeline(file.createReadStream({ start, end: start + length - 1, autoClose: false }), response);
    } finally {
      await file.close();
    }
  } else if (body instanceof Uint8Array || typeof body === 'string') {
    response.end(isHead ? undefined : body);
    return;
  } else if (body !== undefined) {
    await pipeline(body, response);
  }
  response.end();
}

/** Serves a handler on a free port of 127.0.0.1. */
export async function servePlainly(handler: Handler): Promise<PlainServer> {
  const errors: unknown[] = [];
  const server = createServer((request, response) => {
    const answer = async (): Promise<Reply> => {
      try {
        return await handler({
          id: 'test',
          method: request.method ?? '',
          target: parseTarget(request.url ?? ''),
          headers: request.headers as RequestHeaders,
          body: request,
          user: undefined,
          address: '127.0.0.1',
          origin: `http://${request.headers.host}`,
        });
      } catch (error) {
        if (!(error instanceof Failure)) errors.push(error);
        return replyOfError(error);
      }
    };
    answer()
      .then((reply) => write(reply, response, request.method === 'HEAD'))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    errors,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
