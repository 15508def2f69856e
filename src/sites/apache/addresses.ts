import { settings } from '../../configuration/settings.js';
import { type Directive, named } from '../directive.js';
import { isFit } from '../fit.js';
import type { Ledger } from '../ledger.js';
import { carryListen, type ListenLine } from '../listen-entry.js';
import type { VirtualHost } from './virtual-host.js';

/** Writes the addresses and the names of a virtual host. @returns whether it spoke TLS */
export function carryAddresses(host: VirtualHost, main: readonly Directive[], ledger: Ledger): boolean {
  const listens = named(main, 'listen');
  const engine = named(host.block, 'sslengine').at(-1);
  const isSecure = engine !== undefined && engine.args[0]?.toLowerCase() !== 'off';
  if (engine !== undefined) ledger.leave(engine, 'TLS is what dockgate speaks.');
  const { directive } = host;
  const lines: ListenLine[] =
    directive === undefined
      ? listens.flatMap((from) => addressOf(from.args[0] ?? '', from) ?? [])
      : directive.args.flatMap((text) => addressOf(withListen(text, listens), directive) ?? []);
  carryListen(lines, { directive: directive ?? listens[0], fallback: undefined }, ledger);
  for (const one of listens) ledger.leave(one, '"listen" has the addresses of the site.');
  const names = named(host.block, 'servername', 'serveralias');
  const fit = new Set(names.flatMap(({ args }) => args).flatMap((name) => hostOf(name) ?? []));
  const others = names.filter(({ args }) => args.some((name) => hostOf(name) === undefined));
  if (fit.size > 0) ledger.carry('hostname', fit.size === 1 ? [...fit][0] : [...fit], names, '');
  for (const one of others) {
    ledger.left.push({
      name: one.name,
      place: `${one.place.file.split('/').slice(-2).join('/')}:${one.place.line}`,
      why: 'Requests by any name are answered. A certificate that dockgate makes is for whole names only; put them into "hostname".',
    });
    ledger.tell(one);
  }
  return isSecure;
}

/** `registry.example.com`, also where it is written with a port or a scheme. */
function hostOf(text: string): string | undefined {
  const name = text
    .replace(/^https?:\/\//i, '')
    .replace(/:\d+$/, '')
    .toLowerCase();
  return isFit(settings.hostname.kind, name) ? name : undefined;
}

/** `Listen 10.0.0.1:443` says which address `*:443` is. */
function withListen(text: string, listens: readonly Directive[]): string {
  const port = /:(\d+)$/.exec(text)?.[1];
  if (port === undefined || !/^(?:\*|_default_):/.test(text)) return text;
  const exact = listens
    .map(({ args: [address = ''] }) => address)
    .filter((address) => address.endsWith(`:${port}`));
  return exact.length === 1 ? (exact[0] ?? text) : text;
}

function addressOf(text: string, from: Directive): ListenLine | undefined {
  if (/^\d+$/.test(text)) return { address: `0.0.0.0:${text}`, from };
  const address = text.replace(/^(?:\*|_default_)/, '0.0.0.0');
  return { address: /:\d+$/.test(address.replace(/^\[.*\]/, '')) ? address : `${address}:443`, from };
}
