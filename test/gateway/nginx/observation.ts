import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';
import { AUTHORIZATION } from '../../harness/gateway.js';
import { openRaw } from '../../harness/raw-connection.js';
import type { Recorded, Recorder } from '../../harness/recorder.js';
import { readReplies, type WireReply } from '../../harness/replies.js';
import { until } from '../../harness/until.js';
import type { WireCase } from './wire-case.js';

/** A front door under test, with the upstream that it alone talks to. */
export interface Door {
  readonly port: number;
  readonly ca: string;
  readonly upstream: Recorder;
}

/** What can be seen of a case from both sides of a door, as text, by aspect. */
export interface Observation {
  readonly answer: string;
  readonly challenge: string;
  readonly upstream: string;
  readonly host: string;
  readonly 'x-real-ip': string;
  readonly headers: string;
  readonly body: string;
  readonly connection: string;
}

/** Characters of an aspect's text; the rest says nothing to a reader. */
const MAXIMUM_TEXT = 100;
const PROBE = '/probe';
// Framing and the connection are each hop's own; the rest is compared in other aspects or in the table of every request.
const NOT_COMPARED = [
  'host',
  'x-real-ip',
  'authorization',
  'connection',
  'content-length',
  'transfer-encoding',
];

function furtherHeaders({ rawHeaders, headers }: Recorded): string {
  const usual = new Set([
    'x-forwarded-for: 127.0.0.1',
    'x-forwarded-proto: https',
    `x-forwarded-host: ${headers['host']}`,
  ]);
  const lines: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const line = `${name}: ${rawHeaders[index + 1]}`;
    if (!NOT_COMPARED.includes(name) && !usual.has(line)) lines.push(line);
  }
  if (lines.length > 20) return `${lines.length} lines`;
  return lines.sort().join(' + ') || 'none';
}

function bodyText({ body }: Recorded): string {
  if (body.length === 0) return 'empty';
  return `${body.length} bytes #${createHash('sha256').update(body).digest('hex').slice(0, 6)}`;
}

function list(texts: readonly string[]): string {
  const text = texts.join(', ') || 'nothing';
  return text.length > MAXIMUM_TEXT ? `${text.slice(0, MAXIMUM_TEXT)}...` : text;
}

async function connectionState(
  connection: Awaited<ReturnType<typeof openRaw>>,
  read: () => readonly WireReply[],
): Promise<string> {
  const before = read().length;
  connection.write(`GET ${PROBE} HTTP/1.1\r\nHost: probe\r\nAuthorization: ${AUTHORIZATION}\r\n\r\n`);
  await until(
    () => read().length > before || connection.isClosed,
    'the probe is answered or the connection ends',
  );
  const reply = read()[before];
  if (reply === undefined) return 'closed';
  return reply.status === 200 ? 'open' : `open, next answer ${reply.status}`;
}

/** Sends a case through a door and tells what happened. */
export async function observe(test: TestContext, door: Door, wireCase: WireCase): Promise<Observation> {
  const seen = door.upstream.requests.length;
  const connection = await openRaw(test, door.port, door.ca);
  const read = (): readonly WireReply[] =>
    readReplies(connection.received(), wireCase.heads, connection.isClosed).replies;
  for (const [index, part] of wireCase.parts.entries()) {
    if (index > 0) {
      await until(() => read().length > 0 || connection.isClosed, `${wireCase.name}: an answer begins`);
    }
    connection.write(Buffer.from(part.replaceAll('{port}', String(door.port)), 'latin1'));
  }
  await until(
    () => connection.isClosed || read().filter(({ status }) => status >= 200).length >= wireCase.heads.length,
    `${wireCase.name}: all answers are there`,
  );
  const replies = read();
  const state = connection.isClosed ? 'closed' : await connectionState(connection, read);
  connection.socket.destroy();
  const requests = door.upstream.requests.slice(seen).filter(({ url }) => url !== PROBE);
  const anonymous = (text: string): string => text.replaceAll(`:${door.port}`, ':PORT');
  return {
    answer: list(replies.map(({ status }) => String(status))),
    challenge: list(replies.flatMap((reply) => reply.values('www-authenticate'))),
    upstream: anonymous(list(requests.map(({ method, url }) => `${method} ${url}`))),
    host: anonymous(list(requests.map(({ headers }) => String(headers['host'] ?? 'none')))),
    'x-real-ip': list(requests.map(({ headers }) => String(headers['x-real-ip'] ?? 'none'))),
    headers: anonymous(list(requests.map(furtherHeaders))),
    body: list(requests.map(bodyText)),
    connection: state,
  };
}

/** The aspects in which two observations differ, as one text a side; undefined when there are none. */
export function difference(
  nginx: Observation,
  dockgate: Observation,
): { readonly nginx: string; readonly dockgate: string } | undefined {
  const aspects = (Object.keys(nginx) as (keyof Observation)[]).filter((aspect) => {
    // When only one of the two asked the upstream at all, what it asked says everything.
    const oneSided =
      nginx.upstream !== dockgate.upstream && [nginx.upstream, dockgate.upstream].includes('nothing');
    const detail = aspect === 'host' || aspect === 'x-real-ip' || aspect === 'headers' || aspect === 'body';
    return nginx[aspect] !== dockgate[aspect] && !(oneSided && detail);
  });
  if (aspects.length === 0) return undefined;
  const render = (observation: Observation): string =>
    aspects.map((aspect) => `${aspect} ${observation[aspect]}`).join('; ');
  return { nginx: render(nginx), dockgate: render(dockgate) };
}
