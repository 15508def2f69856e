import { type Directive, named, placeText } from '../directive.js';
import type { Ledger } from '../ledger.js';
import { conditionOf, endingStatus, isHarmless } from './condition.js';
import { dropReason } from './reasons.js';
import type { Scope } from './scope.js';
import { keyOf, type Server } from './server.js';
import type { Target } from './target.js';
import { targetOf } from './target.js';

const rules = 'What it decides is in the rules, or nothing need be said of it.';
/** What has been read for the rules. */
const decided = new Set([
  'allow',
  'deny',
  'satisfy',
  'auth_basic',
  'auth_basic_user_file',
  'auth_request',
  'limit_except',
  'internal',
]);

/** Says of everything that is still untold why it is not in the new file. */
export function tellLeftovers(
  http: Scope,
  servers: readonly Server[],
  chosen: Server & { readonly target: Target },
  all: readonly Directive[],
  ledger: Ledger,
): void {
  tellServers(servers, chosen, ledger);
  ledger.tell(chosen.directive);
  tellBlock(chosen.scope.block, chosen.target, ledger, chosen.scope);
  for (const directive of http.block) {
    if (directive.name === 'upstream') ledger.leave(directive, 'The registry is not among these servers.');
    else if (directive.name !== 'server') tellOne(directive, ledger);
  }
  for (const directive of all) {
    if (directive.name === 'http' || http.block.includes(directive)) continue;
    if (directive.block === undefined) tellOne(directive, ledger);
    else ledger.leave(directive, 'It is about nginx itself, or about something else than HTTP.');
  }
}

function tellServers(
  servers: readonly Server[],
  chosen: Server & { readonly target: Target },
  ledger: Ledger,
): void {
  for (const server of servers) {
    if (server === chosen) continue;
    const { directive, redirect, target } = server;
    const name = `server ${named(server.scope.block, 'server_name')
      .flatMap(({ args }) => args)
      .join(' ')}`.trim();
    if (target !== undefined && keyOf(target) === keyOf(chosen.target)) {
      ledger.leave(directive, 'It passes on to the same registry, and one server is taken over.', name);
      ledger.warn(
        directive,
        'This server passes requests on to the registry too, and was not taken over. Choose with --server NAME, and put what it has beyond the other one into the configuration.',
      );
    } else if (target !== undefined) {
      ledger.leave(directive, 'It passes on to another program; let nginx go on with it.', name);
      if (server.score >= 10) {
        ledger.warn(
          directive,
          'This server looks like that of a registry, too, and was not taken over. Choose with --server NAME.',
        );
      }
    } else if (redirect !== undefined) {
      ledger.leave(
        directive,
        'It sends clients elsewhere. dockgate does not: let nginx go on with it, or do without; docker comes by HTTPS.',
        name,
      );
    } else ledger.leave(directive, 'It has nothing to do with the registry; let nginx go on with it.', name);
  }
}

function tellBlock(block: readonly Directive[], registry: Target, ledger: Ledger, scope: Scope): void {
  for (const directive of block) {
    if (directive.name === 'location') tellLocation(directive, registry, ledger, scope);
    else if (directive.name === 'if') tellCondition(directive, ledger);
    else tellOne(directive, ledger);
  }
}

function tellLocation(directive: Directive, registry: Target, ledger: Ledger, parent: Scope): void {
  const scope = parent.inner(directive);
  const target = targetOf({ scope });
  if (target === undefined) {
    const inner = named(directive.block, 'location');
    const name = `location ${directive.args.join(' ')}`;
    ledger.leave(
      directive,
      'It is not about the registry, which answers all paths here that rules allow.',
      name,
    );
    // A location that only holds others has nothing to say.
    for (const one of inner) tellLocation(one, registry, ledger, scope);
    return;
  }
  ledger.tell(directive);
  if (keyOf(target) !== keyOf(registry)) {
    ledger.tell(...(directive.block ?? []));
    ledger.left.push({
      name: `location ${directive.args.join(' ')}`,
      place: placeText(directive),
      why: 'It passes on to another program than the registry. dockgate has one behind it.',
    });
    ledger.warn(
      directive,
      'Another program than the registry answers here, which dockgate does not ask. Give it an address of its own.',
    );
    return;
  }
  if (!isUnchanged(directive, target)) {
    ledger.warn(
      target.directive,
      `The path is changed on the way to the registry (${target.uri}). dockgate passes paths on as they are: let the registry answer below /v2/ or /v1/ itself.`,
    );
  }
  tellBlock(directive.block ?? [], registry, ledger, scope);
}

function isUnchanged({ args }: Directive, { uri }: Target): boolean {
  return uri === '' || uri === args.at(-1);
}

function tellCondition(directive: Directive, ledger: Ledger): void {
  const status = endingStatus(directive);
  ledger.tell(...(directive.block ?? []));
  // What a value is compared with may be a secret.
  const name = `if (${/^\$\w{1,60}/.exec(conditionOf(directive)[0] ?? '')?.[0] ?? ''} …)`;
  if (/\$http_user_agent/.test(directive.args.join(' ')) && status === 404) {
    ledger.leave(
      directive,
      'Docker before 1.6, which it turns away from /v2/, finds out by itself; what a client calls itself protects nothing.',
      name,
    );
  } else if (isHarmless(directive))
    ledger.leave(directive, 'What it asks a client may choose as it likes; it protects nothing.', name);
  else if (status !== undefined && status >= 400) ledger.leave(directive, rules, name);
  else {
    ledger.leave(directive, 'There are no conditions here.', name);
    ledger.warn(directive, 'This condition was left out: see whether something hangs on it.');
  }
}

function tellOne(directive: Directive, ledger: Ledger): void {
  if (ledger.isTold(directive)) return;
  const { name, block } = directive;
  if (decided.has(name)) {
    ledger.leave(directive, rules);
    return;
  }
  const reason = dropReason(name) ?? other(name);
  if (reason !== undefined) {
    ledger.leave(directive, reason);
    return;
  }
  ledger.leave(
    directive,
    'It is not known here. See what it did, and whether docs/configuration.md has something like it.',
  );
  if (
    block !== undefined ||
    /^(?:rewrite|auth_|access_|limit_|modsecurity|js_|perl|lua|set_by|break)/.test(name) ||
    name.includes('_by_lua')
  ) {
    ledger.warn(
      directive,
      `${JSON.stringify(name.slice(0, 64))} was left out: see whether it kept somebody out, or changed requests.`,
    );
  }
}

function other(name: string): string | undefined {
  switch (name) {
    case 'set':
    case 'map':
    case 'geo':
    case 'split_clients':
      return 'Variables are worked out where they are used; there are none here.';
    case 'proxy_ssl_certificate':
    case 'proxy_ssl_certificate_key':
    case 'proxy_ssl_name':
      return 'The registry is asked without a certificate of its own for the gateway, by its own name.';
    case 'access_log':
    case 'error_log':
      return 'Lines go to standard output, which systemd keeps; "log.file" and "log.access.file" name files.';
    case 'proxy_set_header':
    case 'add_header':
      return 'Another block says this anew, so that it holds for no request to the registry.';
    case 'proxy_connect_timeout':
    case 'proxy_read_timeout':
    case 'proxy_send_timeout':
    case 'client_header_timeout':
    case 'client_body_timeout':
    case 'send_timeout':
    case 'keepalive_timeout':
      return 'Another block says this anew, so that it holds for no request to the registry.';
    case 'ssl_certificate':
    case 'ssl_certificate_key':
      return 'The server has pairs of its own.';
    default:
      return undefined;
  }
}
