import path from 'node:path';
import { type Directive, named } from '../directive.js';
import { durationText } from '../fit.js';
import type { Ledger } from '../ledger.js';
import { carryUpstream, type ServerLine } from '../upstream-entry.js';
import { originOf, pathOf, type VirtualHost } from './virtual-host.js';

/** Writes where the registry is. */
export function carryTarget(host: VirtualHost, main: readonly Directive[], ledger: Ledger): void {
  const { registry = '' } = host;
  const passes = host.targets.filter(({ url }) => url !== undefined && originOf(url) === registry);
  for (const { directive, path: from, url = '' } of passes) {
    if (
      typeof from === 'string' &&
      withoutSlash(from) !== withoutSlash(pathOf(url)) &&
      host.block.includes(directive)
    ) {
      ledger.warn(
        directive,
        `The path ${from} is changed on the way to the registry. dockgate passes paths on as they are: let the registry answer below /v2/ or /v1/ itself.`,
      );
    }
  }
  const directives = passes.map(({ directive }) => directive);
  carryOptions(directives, ledger);
  if (!registry.startsWith('balancer:')) {
    const [first] = directives;
    if (first !== undefined)
      carryUpstream([{ url: registry, weight: 1, backup: false, from: first }], directives, ledger);
    return;
  }
  const section = [...host.block, ...main].find(
    ({ name, args }) => name === 'proxy' && withoutSlash(args[0]?.toLowerCase() ?? '') === registry,
  );
  const members = named(section?.block, 'balancermember');
  for (const one of named(section?.block, 'proxyset'))
    ledger.leave(one, 'Requests are shared out in turns by weight.');

  carryUpstream(
    members.flatMap((member) => readMember(member, ledger) ?? []),
    directives,
    ledger,
  );
}

function withoutSlash(text: string): string {
  return text.replace(/\/$/, '');
}

function readMember(member: Directive, ledger: Ledger): ServerLine | undefined {
  const [url = ''] = member.args;
  const options = optionsOf(member.args.slice(1));
  const status = options.get('status') ?? '';
  if (/\+[DSE]/i.test(status)) {
    ledger.leave(
      member,
      'A server that is switched off is not asked. Add it to "upstream.servers" when it is on.',
    );
    return undefined;
  }
  const retry = Number(options.get('retry') ?? Number.NaN);
  return {
    url: originOf(url) ?? url,
    weight: Math.max(1, Math.round(Number(options.get('loadfactor') ?? 1)) || 1),
    backup: /\+H/i.test(status),
    from: member,
    failTimeout: Number.isFinite(retry) ? retry * 1_000 : undefined,
  };
}

/** `timeout=900 connectiontimeout=5` behind the address. */
function carryOptions(directives: readonly Directive[], ledger: Ledger): void {
  for (const directive of directives) {
    const options = optionsOf(directive.args);
    for (const [name, setting] of [
      ['timeout', 'timeouts.firstByte'],
      ['connectiontimeout', 'timeouts.connect'],
    ] as const) {
      const text = durationText(Number(options.get(name) ?? 0) * 1_000);
      const isKnown = ledger.entries.some(({ path: known }) => known.join('.') === setting);
      if (text !== undefined && !isKnown) ledger.carry(setting, text, [directive], `${name} of it.`);
    }
  }
}

function optionsOf(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    words.flatMap((word): [string, string][] => {
      const [, name, value = ''] = /^([a-z]+)=(.*)$/is.exec(word) ?? [];
      return name === undefined ? [] : [[name.toLowerCase(), value]];
    }),
  );
}

/** Authorities and whether they are checked, for a registry that is asked by https. */
export function carryUpstreamTls(host: VirtualHost, root: string, ledger: Ledger): void {
  const file = named(host.block, 'sslproxycacertificatefile').at(-1);
  const verify = named(host.block, 'sslproxyverify').at(-1);
  const isSecure =
    host.registry?.startsWith('https:') === true ||
    ledger.entries.some(({ items }) => items?.some(({ value }) => String(value).startsWith('https:')));
  if (!isSecure) return;
  if (file !== undefined) ledger.carry('upstream.ca', path.resolve(root, file.args[0] ?? ''), [file], '');
  if (verify?.args[0]?.toLowerCase() === 'require') {
    ledger.leave(verify, 'The certificate of the registry is always verified.');
    return;
  }
  ledger.warn(
    verify ?? host.directive,
    'Apache did not verify the certificate of the registry. dockgate does, always. Name its authority with "upstream.ca" if the system does not know it.',
  );
}
