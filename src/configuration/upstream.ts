import type { UpstreamConfiguration, UpstreamServer } from './configuration.js';
import type { Reader } from './reader.js';
import { settings } from './settings.js';
import type { Written } from './written.js';

const { upstream, upstreamServers, upstreamAuthority, passAuthorization, upstreamTokens } = settings;
const { connections, maximumFailures, failTimeout } = settings;
/** What says something of the upstream beside where it is. */
const OTHERS = [
  upstreamAuthority,
  passAuthorization,
  upstreamTokens,
  connections,
  maximumFailures,
  failTimeout,
] as const;

type UpstreamSetting = typeof upstream | typeof upstreamServers | (typeof OTHERS)[number];

/** Reads what is known of the upstream, and notes what contradicts it; undefined when there is none. */
export function readUpstream(reader: Reader): UpstreamConfiguration | undefined {
  const configuration = {
    servers: readServers(reader),
    ca: reader.optional(upstreamAuthority),
    passAuthorization: reader.one(passAuthorization),
    tokens: reader.one(upstreamTokens),
    connections: reader.one(connections),
    maximumFailures: reader.one(maximumFailures),
    failTimeout: reader.one(failTimeout),
  };
  if (configuration.servers.length > 0) {
    noteContradictions(reader, configuration);
    return configuration;
  }
  // A broken URL has its own sentence already.
  if (isWritten(reader, upstream) || isWritten(reader, upstreamServers)) return undefined;
  for (const setting of OTHERS)
    note(reader, setting, 'has no effect without the URL of the upstream: set "upstream.url".');
  return undefined;
}

/** One URL or a list of servers, whichever the strongest source has: a flag beats a list in the file. */
function readServers(reader: Reader): readonly UpstreamServer[] {
  const address = reader.optional(upstream);
  const servers = reader.many(upstreamServers);
  const lists = reader.written(upstreamServers);
  const urls = reader.written(upstream);
  for (const [index, list] of lists.entries()) {
    const [first] = list;
    const hasUrl = (urls[index] ?? []).length > 0;
    if (first !== undefined && hasUrl)
      reader.note(
        first,
        'cannot stand beside "upstream.url": put that one into the list, and remove its line.',
      );
  }
  const strongest = lists.findIndex((list, index) => list.length > 0 || (urls[index] ?? []).length > 0);
  if ((urls[strongest] ?? []).length > 0)
    return address === undefined ? [] : [{ ...address, weight: 1, backup: false }];
  const list = lists[strongest] ?? [];
  // What was broken is missing from the values, so that none can be told by its place.
  if (servers.length === list.length) noteMixture(reader, servers, list);
  return servers;
}

function noteMixture(reader: Reader, servers: readonly UpstreamServer[], list: readonly Written[]): void {
  const [first] = list;
  if (first === undefined) return;
  const isSecure = isHttps(servers[0]);
  const other = servers.findIndex((server) => isHttps(server) !== isSecure);
  const written = list[other];
  if (written !== undefined)
    reader.note(
      written,
      'cannot mix https:// with http:// and unix sockets: a request must be as safe on the way to each server.',
    );
  if (servers.every(({ backup }) => backup))
    reader.note(first, 'must have a server that is no backup: one without "backup" behind its URL.');
}

function noteContradictions(reader: Reader, configuration: UpstreamConfiguration): void {
  const { servers, ca, tokens, passAuthorization: passes } = configuration;
  if (ca !== undefined && !servers.some(isHttps))
    note(reader, upstreamAuthority, 'has no effect: the upstream is not an https:// URL.');
  if (tokens && passes)
    note(
      reader,
      upstreamTokens,
      'cannot be true beside "upstream.passAuthorization": a request has one Authorization.',
    );
  if (servers.length === 1) {
    for (const setting of [maximumFailures, failTimeout])
      note(reader, setting, 'has no effect with one server: requests have nowhere else to go.');
  }
}

function isHttps(server: UpstreamServer | undefined): boolean {
  return server?.origin.startsWith('https:') === true;
}

function isWritten(reader: Reader, setting: UpstreamSetting): boolean {
  return reader.written(setting).flat().length > 0;
}

function note(reader: Reader, setting: UpstreamSetting, complaint: string): void {
  const [written] = reader.written(setting).flat();
  if (written !== undefined) reader.note(written, complaint);
}
