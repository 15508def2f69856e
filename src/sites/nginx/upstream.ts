import path from 'node:path';
import { settings } from '../../configuration/settings.js';
import { type Directive, named, placeText } from '../directive.js';
import { isFit } from '../fit.js';
import type { Ledger } from '../ledger.js';
import { carryUpstream, type ServerLine } from '../upstream-entry.js';
import { dropReason } from './reasons.js';
import type { Scope } from './scope.js';
import type { Target } from './target.js';
import { timeOf } from './time.js';

/** Writes where the registry is. @param passes the directives that pass requests on to it. */
export function carryTarget(
  target: Target,
  passes: readonly Directive[],
  http: Scope,
  ledger: Ledger,
): boolean {
  const { authority } = target;
  const block = named(http.block, 'upstream').find(
    ({ args: [name = ''] }) => name.toLowerCase() === authority,
  );
  if (block === undefined) {
    const url = urlOf(target.scheme, authority);
    return carryUpstream([{ url, weight: 1, backup: false, from: target.directive }], passes, ledger);
  }
  ledger.tell(block);
  for (const one of block.block ?? []) {
    if (one.name !== 'server')
      ledger.leave(one, dropReason(one.name) ?? 'There is no counterpart for a group of servers.');
  }
  const lines = named(block.block, 'server').flatMap((line) => readLine(line, target.scheme, ledger) ?? []);
  return carryUpstream(lines, passes, ledger);
}

/** Authorities and whether they are checked, for a registry that is asked by https. */
export function carryUpstreamTls(target: Target, scope: Scope, prefix: string, ledger: Ledger): void {
  const trusted = scope.one('proxy_ssl_trusted_certificate');
  const verify = scope.one('proxy_ssl_verify');
  if (target.scheme === 'http') {
    for (const one of [trusted, verify]) {
      if (one !== undefined) ledger.leave(one, 'The registry is asked without TLS.');
    }
    return;
  }
  const file = trusted?.args[0];
  if (trusted !== undefined && file !== undefined && isFit(settings.upstreamAuthority.kind, file)) {
    ledger.carry('upstream.ca', path.resolve(prefix, file), [trusted], '');
  }
  if (verify?.args[0] === 'on') ledger.leave(verify, 'The certificate of the registry is always verified.');
  else {
    if (verify !== undefined) ledger.tell(verify);
    const more =
      trusted === undefined ? ' Name its authority with "upstream.ca" if the system does not know it.' : '';
    ledger.warn(
      verify ?? target.directive,
      `nginx did not verify the certificate of the registry. dockgate does, always.${more}`,
    );
  }
}

function urlOf(scheme: string, authority: string): string {
  return authority.startsWith('unix:')
    ? `http+unix:${authority.slice('unix:'.length)}`
    : `${scheme}://${authority}`;
}

function readLine(line: Directive, scheme: string, ledger: Ledger): ServerLine | undefined {
  const [address = '', ...options] = line.args;
  const values = new Map(
    options.map((option): readonly [string, string] => {
      const [name = '', ...value] = option.split('=');
      return [name, value.join('=')];
    }),
  );
  if (values.has('down')) {
    ledger.leave(line, 'A server that is down is not asked. Add it to "upstream.servers" when it is up.');
    return undefined;
  }
  for (const [name, reason] of [
    ['max_conns', 'max_conns: "upstream.connections" is the nearest, for each server.'],
    ['slow_start', 'slow_start: there is no counterpart.'],
  ] as const) {
    if (values.has(name)) ledger.left.push({ name, place: placeText(line), why: reason });
  }
  const maxFails = Number(values.get('max_fails') ?? Number.NaN);
  const weight = Number(values.get('weight') ?? 1);
  return {
    url: urlOf(scheme, address),
    weight: Number.isInteger(weight) && weight > 0 ? weight : 1,
    backup: values.has('backup'),
    from: line,
    maxFails: Number.isInteger(maxFails) ? maxFails : undefined,
    failTimeout: timeOf(values.get('fail_timeout') ?? ''),
  };
}
