import type { Directive } from '../directive.js';
import { durationText } from '../fit.js';
import type { Ledger } from '../ledger.js';
import type { Scope } from './scope.js';
import { timeOf } from './time.js';

const rows = [
  ['timeouts.headers', ['client_header_timeout'], ''],
  ['timeouts.idle', ['client_body_timeout', 'send_timeout'], ''],
  ['timeouts.keepAlive', ['keepalive_timeout'], ''],
  ['timeouts.connect', ['proxy_connect_timeout'], ''],
  ['timeouts.firstByte', ['proxy_read_timeout', 'proxy_send_timeout'], ''],
] as const;

/** Writes the longest of the times that hold for the registry. @param scopes of the locations that pass on to it */
export function carryTimeouts(scopes: readonly Scope[], ledger: Ledger): void {
  for (const [path, names] of rows) {
    const directives = new Set(scopes.flatMap((scope) => names.flatMap((name) => scope.one(name) ?? [])));
    const times = [...directives].flatMap((directive) => {
      const milliseconds = timeOf(directive.args[0] ?? '');
      return milliseconds === undefined ? [] : [{ directive, milliseconds }];
    });
    const longest = times.toSorted((a, b) => b.milliseconds - a.milliseconds)[0];
    if (longest === undefined) continue;
    const text = durationText(longest.milliseconds);
    const all: readonly Directive[] = [...directives];
    if (text !== undefined)
      ledger.carry(path, text, all, times.length > 1 ? 'The longest holds for all.' : '');
    else for (const one of all) ledger.leave(one, `It is not a time that "${path}" can have.`);
  }
}
