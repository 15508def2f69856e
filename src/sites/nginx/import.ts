import path from 'node:path';
import type { Problem } from '../../configuration/problem.js';
import { carryAccess } from '../access-entry.js';
import { type Directive, named } from '../directive.js';
import { Ledger } from '../ledger.js';
import { PasswordFiles } from '../password-files.js';
import { SiteFiles } from '../site-files.js';
import type { ImportedSite, SiteInput } from '../site-input.js';
import { SiteSyntaxError } from '../syntax-error.js';
import { writeSite } from '../written-site.js';
import { carryClientAddress } from './client-address.js';
import { tellReplyLines, tellRequestLines } from './header-lines.js';
import { NginxReader } from './include.js';
import { tellLeftovers } from './leftovers.js';
import { carryAddresses } from './listen.js';
import { allLocations, type Location, locate } from './location.js';
import { carryLogs } from './logs.js';
import { carryMonitor } from './monitor.js';
import { configurationPrefix } from './prefix.js';
import type { Scope } from './scope.js';
import { describeServer, httpScope, keyOf, type Server, serversIn } from './server.js';
import { NginxPolicy } from './site-policy.js';
import { tellSurroundings } from './surroundings.js';
import { type Target, targetOf } from './target.js';
import { carryTimeouts } from './timeouts.js';
import { carryClients, carryTls } from './tls.js';
import { carryTarget, carryUpstreamTls } from './upstream.js';
import { constantText } from './variables.js';

/** Makes a configuration from a site of nginx. Nothing in it is left out without a word. */
export async function importNginx(input: SiteInput): Promise<ImportedSite> {
  try {
    const prefix = input.prefix ?? configurationPrefix(input.names, input.directory);
    const files = new SiteFiles();
    const reader = new NginxReader(files, prefix, input.directory);
    const directives: Directive[] = [];
    for (const name of input.names) for (const one of await reader.read(name)) directives.push(one);
    const http = httpScope(once(directives));
    const servers = serversIn(http);
    const chosen = choose(servers, input);
    if ('message' in chosen) return { text: undefined, problems: [chosen] };
    const ledger = new Ledger();
    await carryServer(chosen, chosen.target, http, prefix, files, ledger);
    tellLeftovers(http, servers, chosen, directives, ledger);
    await tellSurroundings(prefix, input.directory, directives, ledger);
    return { text: writeSite(`nginx ${input.names.join(' ')}`, ledger), problems: ledger.warnings };
  } catch (error) {
    if (!(error instanceof SiteSyntaxError)) throw error;
    return { text: undefined, problems: [error.problem] };
  }
}

/** A file that is named and included as well counts once. */
function once(directives: readonly Directive[]): readonly Directive[] {
  const flat = directives.flatMap((one) => (one.name === 'http' ? (one.block ?? []) : []));
  const seen = new Set(flat.map(({ place }) => `${path.basename(place.file)}:${place.line}:${place.column}`));
  return flat.length === 0
    ? directives
    : directives.filter(
        (one) =>
          one.name === 'http' ||
          !seen.has(`${path.basename(one.place.file)}:${one.place.line}:${one.place.column}`),
      );
}

function choose(
  servers: readonly Server[],
  { names, server }: SiteInput,
): (Server & { readonly target: Target }) | Problem {
  const place = { file: names[0] ?? '' };
  const passing = servers.filter(
    (one): one is Server & { readonly target: Target } => one.target !== undefined,
  );
  const named = passing.filter(({ scope }) => server === undefined || namesOf(scope).includes(server));
  const [first] = named;
  if (first !== undefined) return first;
  const all = servers.map(describeServer).join('; ');
  const found = servers.length === 0 ? 'There is no server block in it.' : `It has: ${all}.`;
  return {
    place,
    message:
      server === undefined
        ? `No server was found that passes requests on by proxy_pass to a registry. ${found}`
        : `No server of the name ${JSON.stringify(server)} passes requests on. ${found}`,
  };
}

function namesOf(scope: Scope): readonly string[] {
  return named(scope.block, 'server_name').flatMap(({ args }) => args);
}

async function carryServer(
  server: Server,
  target: Target,
  http: Scope,
  prefix: string,
  files: SiteFiles,
  ledger: Ledger,
): Promise<void> {
  const { scope, locations } = server;
  const isRegistry = (location: Location): boolean => {
    const own = targetOf(location);
    return own !== undefined && keyOf(own) === keyOf(target);
  };
  const passing = allLocations(locations).filter(isRegistry);
  const scopes = passing.map((location) => location.scope);
  const isSecure = carryAddresses(scope, ledger);
  const passwordFile = (directive: Directive, where: Scope): string | undefined => {
    const text = constantText(directive.args[0] ?? '', where);
    return text === undefined ? undefined : path.resolve(prefix, text);
  };
  const main = mainLocation(locations, isRegistry);
  const file =
    main?.scope.one('auth_basic_user_file') ??
    passing.flatMap((one) => one.scope.one('auth_basic_user_file') ?? [])[0];
  const known = allScopes(passing).flatMap((one) => {
    const each = one.one('auth_basic_user_file');
    return (each === undefined ? undefined : passwordFile(each, one)) ?? [];
  });
  const mainFile = file === undefined ? undefined : passwordFile(file, main?.scope ?? scope);
  const passwords = await PasswordFiles.read(mainFile, known, files);
  for (const [other, fault] of passwords.faults) {
    ledger.warn(
      file,
      `dockgate has one password file. Of ${other}, ${fault}; they get nothing of what it opened.`,
    );
  }
  const site = new NginxPolicy({
    server: scope,
    locations,
    isRegistry,
    passwords,
    passwordFile,
    hasOtherAddresses: carryClientAddress(scope, ledger),
  });
  carryTls(scope, prefix, isSecure, ledger);
  carryTarget(
    target,
    passing.flatMap(({ scope: { block } }) => named(block, 'proxy_pass')),
    http,
    ledger,
  );
  carryUpstreamTls(target, scopes[0] ?? scope, prefix, ledger);
  const realm = main?.scope.one('auth_basic');
  const asksPassword = carryAccess(
    {
      site,
      subject: server.directive,
      program: 'nginx',
      passwordFile: mainFile,
      realm: realm?.args[0] === 'off' ? undefined : realm?.args[0],
      from: [file, realm].filter((one) => one !== undefined),
    },
    ledger,
  );
  carryClients(scope, prefix, asksPassword, ledger);
  carryTimeouts(scopes, ledger);
  carryLogs([scope, ...scopes], prefix, ledger);
  carryMonitor(locations, ledger);
  tellRequestLines(scopes, ledger);
  tellReplyLines([...scopes, scope], ledger);
}

/** The location of most requests. */
function mainLocation(
  locations: readonly Location[],
  isRegistry: (location: Location) => boolean,
): Location | undefined {
  return ['/v2/q7x/manifests/q7t', '/v1/repositories/q7x/r8y/images', '/v2/', '/']
    .map((one) => locate(locations, one))
    .find((one) => one !== undefined && isRegistry(one));
}

/** Of locations, and of what they say about other methods. */
function allScopes(locations: readonly Location[]): readonly Scope[] {
  return locations.flatMap(({ scope }) => [
    scope,
    ...named(scope.block, 'limit_except').map((one) => scope.inner(one)),
  ]);
}
