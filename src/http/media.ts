import type { Reply } from '../exchange/reply.js';

/** A JSON reply that no cache keeps. */
export function jsonReply(status: number, value: unknown, headers: Reply['headers'] = {}): Reply {
  const body = JSON.stringify(value);
  return {
    status,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
    body,
  };
}
