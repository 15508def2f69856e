import path from 'node:path';
import type { Problem } from '../../configuration/problem.js';
import { settings } from '../../configuration/settings.js';
import { carryAccess } from '../access-entry.js';
import { type Directive, named } from '../directive.js';
import { durationText, isFit } from '../fit.js';
import { Ledger } from '../ledger.js';
import { PasswordFiles } from '../password-files.js';
import { SiteFiles } from '../site-files.js';
import type { ImportedSite, SiteInput } from '../site-input.js';
import { SiteSyntaxError } from '../syntax-error.js';
import { writeSite } from '../written-site.js';
import { carryAddresses } from './addresses.js';
import { ApacheReader } from './include.js';
import { carryLogs, tellLeftovers } from './leftovers.js';
import { deepNamed, hasRequirement } from './requirement.js';
import { ApachePolicy } from './site-policy.js';
import { carryClients, carryTls } from './tls.js';
import { carryTarget, carryUpstreamTls } from './upstream.js';
import { describeHost, originOf, type VirtualHost, virtualHosts } from './virtual-host.js';

const inner = new Set([
  'sites-available',
  'sites-enabled',
  'conf-available',
  'conf-enabled',
  'conf.d',
  'conf',
  'extra',
]);

/** Makes a configuration from a site of Apache. Nothing in it is left out without a word. */
export async function importApache(input: SiteInput): Promise<ImportedSite> {
  try {
    const files = new SiteFiles();
    const reader = new ApacheReader(files, input.prefix ?? serverRoot(input), input.directory);
    const main: Directive[] = [];
    for (const name of input.names) for (const one of await reader.read(name)) main.push(one);
    const hosts = virtualHosts(main);
    const host = choose(hosts, input);
    if ('message' in host) return { text: undefined, problems: [host] };
    const ledger = new Ledger();
    await carryHost(host, main, reader.root, files, ledger);
    tellLeftovers(main, hosts, host, ledger);
    return { text: writeSite(`apache ${input.names.join(' ')}`, ledger), problems: ledger.warnings };
  } catch (error) {
    if (!(error instanceof SiteSyntaxError)) throw error;
    return { text: undefined, problems: [error.problem] };
  }
}

function serverRoot({ names: [first = ''], directory }: SiteInput): string {
  const own = path.dirname(path.resolve(directory, first));
  return inner.has(path.basename(own)) ? path.dirname(own) : own;
}

function choose(hosts: readonly VirtualHost[], { names, server }: SiteInput): VirtualHost | Problem {
  const passing = hosts.filter(({ registry }) => registry !== undefined);
  const fitting = passing.filter(
    ({ block }) =>
      server === undefined ||
      named(block, 'servername', 'serveralias').some(({ args }) => args.includes(server)),
  );
  const [first] = fitting;
  if (first !== undefined) return first;
  const found = `It has: ${hosts.map(describeHost).join('; ')}.`;
  return {
    place: { file: names[0] ?? '' },
    message:
      server === undefined
        ? `No virtual host was found that passes requests on by ProxyPass to a registry. ${found}`
        : `No virtual host of the name ${JSON.stringify(server)} passes requests on. ${found}`,
  };
}

async function carryHost(
  host: VirtualHost,
  main: readonly Directive[],
  root: string,
  files: SiteFiles,
  ledger: Ledger,
): Promise<void> {
  const outside = host.directive === undefined ? [] : main.filter(({ name }) => name !== 'virtualhost');
  const isSecure = carryAddresses(host, main, ledger);
  const sections = sectionsOf(host, outside);
  const passwordFile = (directive: Directive): string => path.resolve(root, directive.args[0] ?? '');
  const userFiles = deepNamed(sections, 'authuserfile');
  const [file] = userFiles;
  const mainFile = file === undefined ? undefined : passwordFile(file);
  const passwords = await PasswordFiles.read(mainFile, userFiles.map(passwordFile), files);
  for (const [other, fault] of passwords.faults) {
    ledger.warn(
      file,
      `dockgate has one password file. Of ${other}, ${fault}; they get nothing of what it opened.`,
    );
  }
  const groupFiles = deepNamed(sections, 'authgroupfile').map(passwordFile);
  const [groups, ...otherGroups] = new Set(groupFiles.filter((one) => isFit(settings.htpasswd.kind, one)));
  if (otherGroups.length > 0)
    ledger.warn(file, 'dockgate has one file of groups. Put those of the others into the first.');
  tellPartialProxies(host, outside, ledger);
  const site = new ApachePolicy({
    sections,
    targets: host.targets,
    isRegistry: (url) => originOf(url) === host.registry,
    passwords,
    passwordFile,
    hasGroups: groups !== undefined,
    hasOtherAddresses: carryProxies(host, ledger),
  });
  carryTls(host, outside, root, isSecure, ledger);
  carryTarget(host, outside, ledger);
  carryUpstreamTls(host, root, ledger);
  const realm = deepNamed(sections, 'authname')[0];
  const asksPassword = carryAccess(
    {
      site,
      subject: host.directive ?? host.targets[0]?.directive,
      program: 'Apache',
      passwordFile: mainFile,
      groupFile: groups,
      realm: realm?.args[0],
      from: [file, realm].filter((one) => one !== undefined),
    },
    ledger,
  );
  carryClients(host, root, asksPassword, ledger);
  carryTimes([...host.block, ...outside], ledger);
  carryLogs(host, (one) => path.resolve(root, one), ledger);
}

/** Those of the proxy count first, then those of paths, each of the main server before those of the virtual host. */
function sectionsOf(host: VirtualHost, outside: readonly Directive[]): readonly Directive[] {
  const all = [...outside, ...host.block];
  const isOfRegistry = ({ args: [pattern = ''] }: Directive): boolean =>
    pattern === '*' ||
    host.registry === undefined ||
    pattern.toLowerCase().replace(/[/*]+$/, '') === host.registry;
  return [
    ...named(all, 'proxy').filter(isOfRegistry),
    ...named(all, 'proxymatch'),
    ...named(all, 'location', 'locationmatch', 'if'),
  ];
}

/** `<Proxy>` may name a part of what is passed on, by addresses of the registry, which rules do not know. */
function tellPartialProxies(
  { registry, block }: VirtualHost,
  outside: readonly Directive[],
  ledger: Ledger,
): void {
  for (const section of named([...outside, ...block], 'proxy')) {
    const pattern = (section.args[0] ?? '').toLowerCase();
    const isPartial =
      registry !== undefined &&
      pattern.startsWith(`${registry}/`) &&
      !/^\/\**$/.test(pattern.slice(registry.length));
    if (isPartial && hasRequirement(section.block ?? []))
      ledger.warn(
        section,
        'This section is about a part of what is passed on. What it decides is not in the rules: write them for what it kept from somebody (docs/access.md).',
      );
  }
}

/**
 * `RemoteIPHeader X-Forwarded-For` with `RemoteIPInternalProxy` or `RemoteIPTrustedProxy`.
 *
 * @returns whether Apache knew the addresses of clients in a way that dockgate does not.
 */
function carryProxies(host: VirtualHost, ledger: Ledger): boolean {
  const header = named(host.block, 'remoteipheader').at(-1);
  const proxies = named(host.block, 'remoteipinternalproxy', 'remoteiptrustedproxy');
  if (header === undefined) return false;
  const known = proxies
    .flatMap(({ args }) => args)
    .filter((text) => isFit(settings.trustedProxies.kind, text));
  if (header.args[0]?.toLowerCase() === 'x-forwarded-for' && known.length > 0) {
    ledger.carry('trustedProxies', [...new Set(known)], [header, ...proxies], '');
    return false;
  }
  ledger.leave(header, 'Addresses are taken from X-Forwarded-For only.');
  ledger.warn(
    header,
    'A proxy in front told the address of the client here in a way that is not known. Nobody gets in by an address. Let the proxy send X-Forwarded-For, name it in "trustedProxies", and write rules with networks.',
  );
  return true;
}

function carryTimes(block: readonly Directive[], ledger: Ledger): void {
  for (const [name, setting] of [
    ['keepalivetimeout', 'timeouts.keepAlive'],
    ['proxytimeout', 'timeouts.firstByte'],
  ] as const) {
    const directive = named(block, name)[0];
    const isKnown = ledger.entries.some(({ path: known }) => known.join('.') === setting);
    const text = durationText(Number(directive?.args[0] ?? 0) * 1_000);
    if (directive !== undefined && text !== undefined && !isKnown)
      ledger.carry(setting, text, [directive], '');
  }
}
