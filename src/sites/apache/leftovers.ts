import { settings } from '../../configuration/settings.js';
import { type Directive, named, placeText } from '../directive.js';
import { isFit } from '../fit.js';
import { builtInReply, builtInRequest, hstsSeconds } from '../header-reasons.js';
import type { Ledger } from '../ledger.js';
import { dropReason } from './reasons.js';
import { originOf, type VirtualHost } from './virtual-host.js';

/** Says of everything that is still untold why it is not in the new file. */
export function tellLeftovers(
  main: readonly Directive[],
  hosts: readonly VirtualHost[],
  chosen: VirtualHost,
  ledger: Ledger,
): void {
  for (const host of hosts)
    if (host !== chosen && host.directive !== undefined) tellHost(host, chosen, ledger);
  if (chosen.directive !== undefined) ledger.tell(chosen.directive);
  tellBlock(chosen.block, chosen, ledger);
  tellBlock(main, chosen, ledger);
}

function tellHost(host: VirtualHost, chosen: VirtualHost, ledger: Ledger): void {
  const { directive, registry, redirect } = host;
  if (directive === undefined) return;
  const name = `VirtualHost ${directive.args.join(' ')}`;
  if (registry !== undefined && registry === chosen.registry) {
    ledger.leave(directive, 'It passes on to the same registry, and one virtual host is taken over.', name);
    ledger.warn(
      directive,
      'This virtual host passes requests on to the registry too, and was not taken over. Choose with --server NAME, and put what it has beyond the other one into the configuration.',
    );
  } else if (redirect !== undefined) {
    ledger.leave(
      directive,
      'It sends clients elsewhere. dockgate does not: let Apache go on with it, or do without; docker comes by HTTPS.',
      name,
    );
  } else ledger.leave(directive, 'It has nothing to do with the registry; let Apache go on with it.', name);
}

function tellBlock(block: readonly Directive[], host: VirtualHost, ledger: Ledger): void {
  for (const directive of block) {
    if (ledger.isTold(directive)) continue;
    const { name } = directive;
    if (name === 'location' || name === 'locationmatch' || name === 'proxy') {
      if (name === 'proxy')
        ledger.leave(directive, 'What it decides is in the rules, or nothing need be said of it.');
      ledger.tell(directive);
      tellBlock(directive.block ?? [], host, ledger);
    } else if (name === 'header' || name === 'requestheader') tellHeader(directive, ledger);
    else if (name === 'proxypass' || name === 'proxypassmatch') tellPass(directive, ledger);
    else if (name === 'rewriteengine' || name === 'rewritecond' || name === 'rewriterule')
      tellRewrite(directive, ledger);
    else if (name === 'remoteipheader' || name.startsWith('remoteip'))
      ledger.leave(directive, 'See "trustedProxies".');
    else tellOne(directive, ledger);
  }
}

function tellOne(directive: Directive, ledger: Ledger): void {
  const { name, block } = directive;
  const reason = dropReason(name);
  ledger.leave(
    directive,
    reason ??
      'It is not known here. See what it did, and whether docs/configuration.md has something like it.',
  );
  const isSuspicious =
    block !== undefined || /^(?:auth|sec|ssl(?:require|verify)|mod|lua|limit|dos)/.test(name);
  if (reason === undefined && isSuspicious) {
    ledger.warn(
      directive,
      `${JSON.stringify(name.slice(0, 64))} was left out: see whether it kept somebody out, or changed requests.`,
    );
  }
}

/** `Header always set NAME VALUE`, `RequestHeader set NAME VALUE`, `RequestHeader unset NAME`. */
function tellHeader(directive: Directive, ledger: Ledger): void {
  const words = directive.args.filter((word, index) => index > 0 || !/^(?:always|onsuccess)$/i.test(word));
  const [action = '', name = '', value = ''] = words;
  const lower = action.toLowerCase();
  const label = `${directive.name} ${lower} ${name}`;
  if (directive.name === 'requestheader') {
    const reason = builtInRequest(name, lower === 'unset' ? '' : value);
    ledger.leave(directive, reason ?? 'Header lines of your own cannot be sent to the registry.', label);
    if (reason === undefined) {
      ledger.warn(
        directive,
        `The registry got a header line ${JSON.stringify(name.slice(0, 64))} here. dockgate cannot send it: see whether the registry needs it.`,
      );
    }
    return;
  }
  const seconds = name.toLowerCase() === 'strict-transport-security' ? hstsSeconds(value) : undefined;
  const isKnown = ledger.entries.some(({ path }) => path.join('.') === 'tls.hsts');
  if (seconds !== undefined && !isKnown && isFit(settings.hsts.kind, `${seconds}s`)) {
    ledger.carry('tls.hsts', seconds === 0 ? 0 : `${seconds}s`, [directive], '');
  } else
    ledger.leave(
      directive,
      lower === 'unset' ? 'Replies of the registry are passed on as they are.' : builtInReply(name),
      label,
    );
}

function tellPass(directive: Directive, ledger: Ledger): void {
  const [path = '', url = ''] = directive.args;
  if (url === '!' || path === '!') {
    ledger.leave(
      directive,
      'These paths were not passed on. Here rules say which are.',
      `ProxyPass ${path} !`,
    );
    return;
  }
  ledger.tell(directive);
  ledger.left.push({
    name: `ProxyPass ${path}`,
    place: placeText(directive),
    why: 'It passes on to another program than the registry. dockgate has one behind it.',
  });
  ledger.warn(
    directive,
    `${originOf(url) === undefined ? 'This address cannot be asked by dockgate.' : 'Another program than the registry answers here, which dockgate does not ask. Give it an address of its own.'}`,
  );
}

function tellRewrite(directive: Directive, ledger: Ledger): void {
  const { name, args } = directive;
  if (name === 'rewriteengine' || name === 'rewritecond') {
    ledger.leave(directive, 'It belongs to RewriteRule.');
    return;
  }
  const isRedirect = /\bR(?:=|\]|,|$)/.test(args[2] ?? '') && /^https:/.test(args[1] ?? '');
  ledger.leave(directive, isRedirect ? 'There are no redirects.' : 'Paths are passed on as they are.');
  if (!isRedirect)
    ledger.warn(directive, 'RewriteRule was left out: see whether it kept somebody out, or changed paths.');
}

/** Files of logs that a virtual host has of its own. */
export function carryLogs(host: VirtualHost, root: (file: string) => string, ledger: Ledger): void {
  const errors = named(host.block, 'errorlog').at(-1);
  const access = named(host.block, 'customlog', 'transferlog').at(0);
  const isFile = (one: Directive | undefined): boolean => {
    const [text = '|'] = one?.args ?? [];
    return !/^(?:\||syslog)|\$\{/.test(text) && isFit(settings.logFile.kind, text);
  };
  if (errors !== undefined && isFile(errors)) {
    ledger.carry(
      'log.file',
      root(errors.args[0] ?? ''),
      [errors],
      'The user of dockgate must be able to write there.',
    );
  }
  if (access !== undefined && isFile(access)) {
    ledger.carry(
      'log.access.file',
      root(access.args[0] ?? ''),
      [access],
      'The user of dockgate must be able to write there.',
    );
    const format = access.args[1] ?? 'common';
    ledger.carry('log.access.format', format === 'common' ? 'common' : 'combined', [], '');
  }
  for (const one of [...named(host.block, 'customlog', 'transferlog', 'errorlog')]) {
    ledger.leave(one, 'There is one file of each kind. What is written to standard output, systemd keeps.');
  }
}
