import type { UpstreamServer } from '../configuration.js';
import type { Kind, Parsed } from './kind.js';
import { quote } from './quote.js';
import { type UpstreamAddress, upstreamUrl } from './upstream-url.js';

const HEAVIEST = 65_535;

/** Options of other programs' lines of servers, and what stands for them here. */
const ELSEWHERE = new Map([
  ['down', 'Leave out a server that is not to be asked.'],
  ['fail_timeout', 'Set "upstream.failTimeout", which holds for all servers.'],
  ['max_conns', 'Set "upstream.connections", which holds for each server.'],
  ['max_fails', 'Set "upstream.maxFails", which holds for all servers.'],
]);

const url = '(?:https?://[^/?#@\\\\\\s]+/?|http\\+unix:/[^?#\\s]+)';

/** One of several servers: `URL`, `URL weight=3`, `URL backup`, `URL weight=3 backup`. */
export const upstreamServer: Kind<UpstreamServer> = {
  expected: 'a URL such as http://HOST:PORT, with or without weight=NUMBER and backup behind it',
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: `^${url}(?:\\s+(?:weight=[1-9]\\d{0,4}|backup))*$` },
  parse(text, directory) {
    const [place = '', ...options] = text.trim().split(/\s+/);
    const parsed = upstreamUrl.parse(place, directory);
    return 'value' in parsed ? withOptions(parsed.value, options) : parsed;
  },
};

function withOptions(address: UpstreamAddress, options: readonly string[]): Parsed<UpstreamServer> {
  let weight: number | undefined;
  let backup = false;
  for (const option of options) {
    if (option === 'backup' && !backup) backup = true;
    else if (option.startsWith('weight=') && weight === undefined) {
      const text = option.slice('weight='.length);
      weight = /^\d{1,9}$/.test(text) ? Number(text) : 0;
      if (weight < 1 || weight > HEAVIEST)
        return { complaint: `must have a weight from 1 to ${HEAVIEST}, not ${quote(text)}.` };
    } else {
      const hint =
        ELSEWHERE.get(option.replace(/=.*/s, '')) ?? 'Known there: weight=NUMBER, backup; each once.';
      return { complaint: `must not have ${quote(option)} behind the URL. ${hint}` };
    }
  }
  return { value: { ...address, weight: weight ?? 1, backup } };
}

/** Where the server is, as its URL. */
export function formatUpstreamPlace({ origin, socketPath }: UpstreamAddress): string {
  return socketPath === undefined
    ? origin
    : `http+unix:${socketPath.replace(/[%?#\s]/g, encodeURIComponent)}`;
}

/** The server as it can be written in the configuration. */
export function formatUpstreamServer(server: UpstreamServer): string {
  const weight = server.weight === 1 ? '' : ` weight=${server.weight}`;
  return `${formatUpstreamPlace(server)}${weight}${server.backup ? ' backup' : ''}`;
}
