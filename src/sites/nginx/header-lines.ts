import { settings } from '../../configuration/settings.js';
import { type Directive, placeText } from '../directive.js';
import { isFit } from '../fit.js';
import { builtInReply, builtInRequest, hstsSeconds } from '../header-reasons.js';
import type { Ledger } from '../ledger.js';
import type { Scope } from './scope.js';

/** Accounts for the header lines that the registry gets. */
export function tellRequestLines(scopes: readonly Scope[], ledger: Ledger): void {
  const directives = new Set(scopes.flatMap((scope) => scope.inherited('proxy_set_header')));
  for (const directive of directives) {
    const [name = '', value = ''] = directive.args;
    const reason = builtInRequest(name, value);
    if (reason !== undefined) ledger.leave(directive, reason);
    else {
      ledger.leave(directive, 'Header lines of your own cannot be sent to the registry.');
      ledger.warn(
        directive,
        `The registry got a header line ${printable(name)} here. dockgate cannot send it: see whether the registry needs it.`,
      );
    }
  }
  const names = [...directives].map(({ args: [name = ''] }) => name.toLowerCase());
  const [scope] = scopes;
  if (!names.includes('host') && scope?.directive !== undefined) {
    ledger.left.push({
      name: 'Host',
      place: placeText(scope.directive),
      why: 'nginx sent the name of the registry in it. dockgate sends what the client sent, so that addresses in replies are right.',
    });
  }
  if (!names.includes('authorization') && scope?.directive !== undefined) {
    ledger.left.push({
      name: 'Authorization',
      place: placeText(scope.directive),
      why: 'nginx sent the password of the client to the registry. dockgate does not; "upstream.passAuthorization: true" does.',
    });
  }
}

/** Accounts for the header lines that clients get. */
export function tellReplyLines(scopes: readonly Scope[], ledger: Ledger): void {
  const directives = new Set(scopes.flatMap((scope) => scope.inherited('add_header')));
  for (const directive of directives) {
    const [name = '', value = ''] = directive.args;
    const seconds = name.toLowerCase() === 'strict-transport-security' ? hstsSeconds(value) : undefined;
    if (ledger.isTold(directive)) continue;
    if (seconds !== undefined && isFit(settings.hsts.kind, `${seconds}s`)) {
      ledger.carry('tls.hsts', seconds === 0 ? 0 : `${seconds}s`, [directive], '');
    } else ledger.leave(directive, builtInReply(name));
    if (seconds !== undefined) for (const other of directives) if (isHsts(other)) ledger.tell(other);
  }
}

function isHsts({ args: [name = ''] }: Directive): boolean {
  return name.toLowerCase() === 'strict-transport-security';
}

function printable(name: string): string {
  return JSON.stringify(name.slice(0, 64));
}
