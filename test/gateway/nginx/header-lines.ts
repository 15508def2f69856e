import type { TestContext } from 'node:test';
import { openRaw } from '../../harness/raw-connection.js';
import { readReplies } from '../../harness/replies.js';
import { until } from '../../harness/until.js';
import type { Door } from './observation.js';
import { type CaseOptions, chunked, requestText } from './wire-case.js';

/** Values by lower-case name. */
export type HeaderLines = ReadonlyMap<string, string>;

// They differ for reasons that need no explanation.
const NOT_COMPARED = ['date', 'content-length'];

async function exchange(test: TestContext, door: Door, options: CaseOptions): Promise<HeaderLines> {
  const connection = await openRaw(test, door.port, door.ca);
  connection.write(requestText(options).replaceAll('{port}', String(door.port)));
  const read = () => readReplies(connection.received()).replies[0];
  await until(() => read() !== undefined, 'the door answers');
  connection.socket.destroy();
  const lines = read()?.lines.filter(([name]) => !NOT_COMPARED.includes(name)) ?? [];
  return new Map(lines.map(([name, value]) => [name, value.replace(/^nginx\/[\d.]+$/, 'nginx/VERSION')]));
}

/** The header lines that the upstream gets with a body in chunks. */
export async function headersUpstream(test: TestContext, door: Door): Promise<HeaderLines> {
  await exchange(test, door, { method: 'PUT', ...chunked('layer '.repeat(50_000)) });
  const headers = door.upstream.requests.at(-1)?.headers ?? {};
  return new Map(
    Object.entries(headers).map(([name, value]) => [
      name,
      String(value)
        .replace(`:${door.port}`, ':PORT')
        .replace(/^Basic .*/, 'as sent'),
    ]),
  );
}

/** The header lines of the reply to a request without a password. */
export function headersOfRefusal(test: TestContext, door: Door): Promise<HeaderLines> {
  return exchange(test, door, { authorization: null });
}

/** What the two differ in, by header; `about` begins each name. */
export function headerDifferences(
  about: string,
  nginx: HeaderLines,
  dockgate: HeaderLines,
): Record<string, string> {
  const names = new Set([...nginx.keys(), ...dockgate.keys()]);
  return Object.fromEntries(
    [...names]
      .filter((name) => nginx.get(name) !== dockgate.get(name))
      .map((name) => [
        `${about}: ${name}`,
        `nginx: ${nginx.get(name) ?? 'absent'}; dockgate: ${dockgate.get(name) ?? 'absent'}`,
      ]),
  );
}
