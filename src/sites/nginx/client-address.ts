import { settings } from '../../configuration/settings.js';
import { type Directive, named } from '../directive.js';
import { isFit } from '../fit.js';
import type { Ledger } from '../ledger.js';
import type { Scope } from './scope.js';

/**
 * Writes which proxies in front are believed.
 *
 * @returns whether nginx knew the addresses of clients in a way that dockgate does not: then none of them may open anything.
 */
export function carryClientAddress(server: Scope, ledger: Ledger): boolean {
  const proxies = server.inherited('set_real_ip_from');
  const header = server.one('real_ip_header');
  const isPreceded = named(server.block, 'listen').some(({ args }) => args.includes('proxy_protocol'));
  if (proxies.length === 0) {
    if (header !== undefined) ledger.leave(header, 'No proxy in front is named.');
    return isPreceded;
  }
  const name = header?.args[0] ?? 'X-Real-IP';
  if (name.toLowerCase() !== 'x-forwarded-for') {
    const from: readonly Directive[] = header === undefined ? proxies : [...proxies, header];
    for (const one of from) ledger.leave(one, 'Addresses are taken from X-Forwarded-For only.');
    ledger.warn(
      header ?? proxies[0],
      `A proxy in front told the address of the client in ${name.slice(0, 40)}. dockgate reads X-Forwarded-For: let the proxy send it, and name the proxy in "trustedProxies".`,
    );
    return true;
  }
  const known = proxies.flatMap(({ args: [text = ''] }) =>
    isFit(settings.trustedProxies.kind, text) ? [text] : [],
  );
  const others = proxies.filter(({ args: [text = ''] }) => !isFit(settings.trustedProxies.kind, text));
  for (const one of others) {
    ledger.leave(one, 'A proxy is named by its address here.');
    if (one.args[0] !== 'unix:')
      ledger.warn(one, 'A proxy is named by its address here, and this one was left out.');
  }
  if (header !== undefined) ledger.tell(header);
  if (known.length > 0) ledger.carry('trustedProxies', [...new Set(known)], proxies, '');
  return isPreceded;
}
