import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { TestContext } from 'node:test';
import { AUTHORIZATION } from '../../harness/gateway.js';
import type { Place } from '../../harness/outgoing.js';
import { openRaw } from '../../harness/raw-connection.js';
import { readReplies, type WireReply } from '../../harness/replies.js';

/** What is sent behind the request line. */
export interface Sent {
  /** Header lines as they go out. */
  readonly headers?: readonly string[];
  /** Bytes after the head, as they go out: nothing is added, least of all a length. */
  readonly body?: string | Buffer;
  /** Ends the sending side after the body, as one who goes away does. */
  readonly leaves?: boolean;
}

/** Codes of OCI Distribution §Error Codes, and those that the gateway has beside them. */
const CODES = new Set([
  ...[
    'BLOB_UNKNOWN',
    'BLOB_UPLOAD_INVALID',
    'BLOB_UPLOAD_UNKNOWN',
    'DIGEST_INVALID',
    'MANIFEST_BLOB_UNKNOWN',
  ],
  ...['MANIFEST_INVALID', 'MANIFEST_UNKNOWN', 'NAME_INVALID', 'NAME_UNKNOWN', 'SIZE_INVALID', 'UNAUTHORIZED'],
  ...['DENIED', 'UNSUPPORTED', 'TOOMANYREQUESTS'],
]);

/** What the inside of a server looks like. */
const INSIDE =
  /\n\s+at |node:|\.js\b|\.ts\b|Error:|ENOENT|EACCES|ENAMETOOLONG|EINVAL|\/dockgate-|docker\/registry|\/tmp\//;

/** Sends one request of the test user, byte for byte. @returns the last reply; undefined when there was none. */
export async function send(
  t: TestContext,
  place: Place,
  requestLine: string,
  { headers = [], body = '', leaves = false }: Sent = {},
): Promise<WireReply | undefined> {
  const connection = await openRaw(t, place.port, place.ca);
  const [method = ''] = requestLine.split(' ');
  const lines = [
    `${requestLine} HTTP/1.1`,
    'Host: localhost',
    `Authorization: ${AUTHORIZATION}`,
    'Connection: close',
    ...headers,
  ];
  connection.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
  if (body.length > 0) connection.write(typeof body === 'string' ? Buffer.from(body) : body);
  if (leaves) connection.socket.end();
  const text = await connection.closed(60_000);
  return readReplies(text, [method === 'HEAD'], true).replies.at(-1);
}

/** Sends a request with a body and its true length. */
export function sendWhole(
  t: TestContext,
  place: Place,
  requestLine: string,
  body: string | Buffer,
  ...headers: readonly string[]
): Promise<WireReply | undefined> {
  return send(t, place, requestLine, {
    headers: [`Content-Length: ${Buffer.byteLength(body)}`, ...headers],
    body,
  });
}

/**
 * Asserts that a reply refuses, in the form that clients read, and tells nothing of the inside.
 *
 * @param expected what it may be, such as `400 NAME_INVALID`.
 */
export function assertRefused(
  reply: WireReply | undefined,
  what: string,
  ...expected: readonly string[]
): void {
  assert.ok(reply !== undefined, `${what}: there is no reply`);
  const shown = `${what}: ${reply.status} ${reply.body.slice(0, 300)}`;
  assert.ok(reply.status >= 400 && reply.status < 500, shown);
  assert.doesNotMatch(JSON.stringify(reply.lines) + reply.body, INSIDE, what);
  assert.ok(reply.body.length < 20_000, shown);
  if (reply.body === '') {
    assert.ok(
      expected.some((text) => text.startsWith(`${reply.status} `)),
      shown,
    );
    return;
  }
  const { errors } = JSON.parse(reply.body) as { errors: { code: string; message: string }[] };
  const [error] = errors;
  assert.ok(error !== undefined && CODES.has(error.code) && error.message !== '', shown);
  assert.ok(
    expected.includes(`${reply.status} ${error.code}`),
    `${shown}; expected ${expected.join(' or ')}`,
  );
}

/** Every file below a directory with its size, but for those that a running gateway keeps for itself. */
export function tree(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${relative(directory, path)} ${statSync(path).size}`)
    .filter((line) => !/^docker\/registry\/dockgate\/(?:catalog-journal|search-)/.test(line))
    .sort();
}
