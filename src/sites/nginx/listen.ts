import { settings } from '../../configuration/settings.js';
import { type Directive, named, placeText } from '../directive.js';
import { isFit } from '../fit.js';
import type { Ledger } from '../ledger.js';
import { carryListen, type ListenLine } from '../listen-entry.js';
import type { Scope } from './scope.js';

/** Writes the addresses and the names of a server. @returns whether it spoke TLS. */
export function carryAddresses(server: Scope, ledger: Ledger): boolean {
  const lines = named(server.block, 'listen');
  const switchedOn = server.one('ssl');
  const isOn = switchedOn?.args[0] === 'on';
  const isSecure = isOn || lines.some(({ args }) => args.includes('ssl'));
  if (switchedOn !== undefined) {
    ledger.leave(
      switchedOn,
      isOn ? 'TLS is what dockgate speaks.' : 'It is off, and "listen" says where TLS is spoken.',
    );
  }
  const usable: ListenLine[] = [];
  for (const line of lines) {
    const address = addressOf(line);
    if (line.args.includes('proxy_protocol')) {
      ledger.warn(
        line,
        'The PROXY protocol is not understood. Whatever stands in front has to speak plain TLS or HTTP here.',
      );
    }
    if (address === undefined) ledger.leave(line, 'dockgate listens on TCP ports only.');
    else if (line.args.includes('quic')) ledger.leave(line, 'HTTP/3 is not spoken.');
    else if (isSecure && !isOn && !line.args.includes('ssl')) {
      ledger.leave(
        line,
        'Without TLS nothing is answered here; nginx may go on sending clients of this port to the other one.',
      );
    } else usable.push({ address, from: line });
  }
  carryListen(usable, { directive: server.directive, fallback: isSecure ? undefined : '0.0.0.0:80' }, ledger);
  const http2 = server.one('http2');
  if (http2 !== undefined) ledger.leave(http2, 'HTTP/1.1 is spoken, which all clients of registries know.');
  carryNames(named(server.block, 'server_name'), ledger);
  return isSecure;
}

/** `443`, `*:443`, `[::]:443`, `host` or `host:443`; undefined for a unix socket. */
function addressOf({ args: [text = ''] }: Directive): string | undefined {
  if (text.startsWith('unix:')) return undefined;
  if (/^\d+$/.test(text)) return `0.0.0.0:${text}`;
  const address = text.replace(/^\*/, '0.0.0.0');
  return /:\d+$/.test(address.replace(/^\[.*\]/, '')) ? address : `${address}:80`;
}

function carryNames(directives: readonly Directive[], ledger: Ledger): void {
  const names = new Set<string>();
  const others: string[] = [];
  for (const name of directives.flatMap(({ args }) => args)) {
    if (isFit(settings.hostname.kind, name)) names.add(name.toLowerCase());
    else if (name !== '_' && name !== '') others.push(name);
  }
  const [first] = directives;
  if (names.size > 0) ledger.carry('hostname', names.size === 1 ? [...names][0] : [...names], directives, '');
  else if (first !== undefined && others.length === 0) {
    ledger.leave(first, 'It names nothing. Requests by any name are answered.');
  }
  if (others.length === 0 || first === undefined) return;
  ledger.tell(...directives);
  ledger.left.push({
    name: `server_name ${others.map((name) => name.slice(0, 60)).join(' ')}`,
    place: placeText(first),
    why: 'Requests by any name are answered. A certificate that dockgate makes is for whole names only; put them into "hostname".',
  });
}
