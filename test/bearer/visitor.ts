import assert from 'node:assert/strict';
import type { TestGateway } from '../harness/gateway.js';
import { ask, type SimpleReply } from '../harness/request.js';

/** Digest of nothing: the blob that tests push. */
export const DIGEST = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** A token for the test user, as the gateway gives it. */
export async function tokenOf(
  gateway: TestGateway,
  scope: string,
  more = '',
): Promise<Record<string, unknown>> {
  const reply = await ask(gateway, `/token?service=dockgate&scope=${scope}${more}`);
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers['cache-control'], 'no-store');
  return JSON.parse(reply.text) as Record<string, unknown>;
}

/** Asks with a token. */
export function withToken(
  gateway: TestGateway,
  token: unknown,
  method: string,
  path: string,
): Promise<SimpleReply> {
  return ask(gateway, path, { method, headers: { authorization: `Bearer ${String(token)}` } });
}

/** Pushes an empty blob. @returns the statuses of both requests */
export async function push(gateway: TestGateway, token: unknown, name: string): Promise<number[]> {
  const started = await withToken(gateway, token, 'POST', `/v2/${name}/blobs/uploads/`);
  if (started.status !== 202) return [started.status];
  const location = new URL(started.headers.location ?? '', gateway.url);
  location.searchParams.set('digest', DIGEST);
  const ended = await withToken(gateway, token, 'PUT', `${location.pathname}${location.search}`);
  return [started.status, ended.status];
}
