import path from 'node:path';
import { settings } from '../../configuration/settings.js';
import { type Directive, named } from '../directive.js';
import { isFit } from '../fit.js';
import type { Ledger } from '../ledger.js';
import type { Scope } from './scope.js';

const shared =
  'That file is for all sites. The lines go to standard output, which systemd keeps; "log.file" and "log.access.file" name files.';
const levels: Readonly<Record<string, string>> = { debug: 'debug', info: 'info', notice: 'info' };

/** Writes where the logs of the site go. @param scopes of the server and the locations that pass on to the registry */
export function carryLogs(scopes: readonly Scope[], prefix: string, ledger: Ledger): void {
  const own = (name: string): readonly Directive[] => [
    ...new Set(
      scopes.flatMap((scope) => [...scope.chain()].slice(0, -1).flatMap(({ block }) => named(block, name))),
    ),
  ];
  for (const name of ['access_log', 'error_log']) {
    for (const scope of scopes) {
      for (const one of scope.inherited(name)) if (!own(name).includes(one)) ledger.leave(one, shared);
    }
  }
  const access = own('access_log').find((one) => isFile(one));
  const errors = own('error_log').find((one) => isFile(one));
  if (errors !== undefined) {
    ledger.carry(
      'log.file',
      path.resolve(prefix, errors.args[0] ?? ''),
      [errors],
      'The user of dockgate must be able to write there.',
    );
    const level = levels[errors.args[1] ?? ''];
    if (level !== undefined && level !== 'info') ledger.carry('log.level', level, [errors], '');
  }
  if (access !== undefined) {
    ledger.carry(
      'log.access.file',
      path.resolve(prefix, access.args[0] ?? ''),
      [access],
      'The user of dockgate must be able to write there.',
    );
    const format = access.args.find((word, index) => index > 0 && !word.includes('='));
    const isOwn = format !== undefined && format !== 'combined';
    ledger.carry(
      'log.access.format',
      'combined',
      [],
      isOwn ? `In place of the format ${format.slice(0, 40)}.` : '',
    );
  }
  for (const one of [...own('access_log'), ...own('error_log')]) {
    const isOff = one.args[0] === 'off';
    ledger.leave(
      one,
      isOff
        ? 'Requests are always logged; "log.access.pings" thins out the health checks.'
        : 'There is one file of each kind. What is written to standard output, systemd keeps.',
    );
  }
}

function isFile({ args: [text = ''] }: Directive): boolean {
  return (
    text !== 'off' &&
    !/^(?:syslog|memory):|^(?:stderr|off)$|\$/.test(text) &&
    isFit(settings.logFile.kind, text)
  );
}
