import path from 'node:path';
import { settings } from '../configuration/settings.js';
import { type Directive, placeText } from './directive.js';
import { isFit } from './fit.js';
import type { Ledger } from './ledger.js';
import { textOf } from './policy/policy.js';
import { regionsOf, type Served, servedBy } from './policy/regions.js';
import { isPlain, rulesOf } from './policy/rules.js';
import type { SitePolicy } from './policy/site-policy.js';

/** What is asked for a password. */
export interface AccessLine {
  readonly site: SitePolicy;
  /** The server. */
  readonly subject: Directive | undefined;
  /** nginx or Apache. */
  readonly program: string;
  readonly passwordFile: string | undefined;
  readonly groupFile?: string | undefined;
  readonly realm: string | undefined;
  readonly from: readonly Directive[];
}

const pings = ['/_ping', '/v1/_ping'];

/** Writes who may do what. @returns whether a password is asked for anywhere. */
export function carryAccess(line: AccessLine, ledger: Ledger): boolean {
  const { site, subject, program } = line;
  const served = servedBy(site);
  const regions = regionsOf(site, served, site.problems);
  for (const { place, message } of site.problems) ledger.warnings.push({ place, message });
  const policies = regions.flatMap((region) => [...region.policies.values()]);
  const asksPassword = policies.some((policy) => policy.some(({ outcome }) => outcome.kind === 'named'));
  const { passwordFile, groupFile, realm, from } = line;
  if (passwordFile !== undefined && isFit(settings.htpasswd.kind, passwordFile)) {
    ledger.carry('htpasswd', path.resolve(passwordFile), from, '');
    if (realm !== undefined && isFit(settings.realm.kind, realm)) ledger.carry('realm', realm, [], '');
  }
  const isOpen = policies.every((policy) => ['open', 'denied'].includes(textOf(policy).trim()));
  if (isOpen && !asksPassword && policies.some((policy) => textOf(policy) === ' open')) {
    ledger.warn(
      subject,
      `${program} asked nobody for a password here. dockgate does, whatever is asked for: make a user with "dockgate user add". If the registry itself asks for passwords, set "upstream.passAuthorization: true" beside that; if everybody shall get in, write rules (docs/access.md).`,
    );
    return true;
  }
  if (!isPlain(regions)) {
    if (groupFile !== undefined) ledger.carry('access.groups', groupFile, [], '');
    const rules = rulesOf(regions);
    const items = rules.map(({ rule, source }) => ({ value: rule, remark: source }));
    if (items.length > 0)
      ledger.carryList(
        'access.rules',
        items,
        'The first rule that fits decides, and what none allows is denied.',
      );
    else {
      ledger.carryList('access.rules', [{ value: { deny: 'all' }, remark: '' }], '');
      ledger.warn(subject, 'Nothing was found that anybody may do. Write rules (docs/access.md).');
    }
  }
  const opensForStrangers = policies.some((policy) => policy.some(({ outcome }) => outcome.kind === 'open'));
  warnOfPaths(line, served, opensForStrangers, ledger);
  return asksPassword;
}

/** What dockgate opens by itself. */
function warnOfPaths(
  { site, subject, program }: AccessLine,
  served: Served,
  opensForStrangers: boolean,
  ledger: Ledger,
): void {
  const closed = pings.filter((path) => {
    const { policy } = site.answer('GET', path);
    return policy === undefined || textOf(policy) !== ' open';
  });
  if (closed.length > 0) {
    ledger.warn(
      subject,
      `${closed.join(' and ')} ${closed.length === 1 ? 'asks' : 'ask'} nobody for a password here, by GET and HEAD; ${program} let not everybody through to ${closed.length === 1 ? 'it' : 'them'}. A registry says nothing there but that it is up.`,
    );
  }
  if (served.v2 && !served.v1) {
    ledger.warn(
      subject,
      `${program} passed on /v2/ only. Here the rules hold for the paths of the v1 API as well, which a registry of the v2 API answers with 404.`,
    );
  }
  if (served.v1 && !served.v2) {
    ledger.warn(
      subject,
      `${program} passed on /v1/ only. Here the rules hold for /v2/ as well, which a registry of the v1 API answers with 404.`,
    );
  }
  for (const path of ['/v2/', '/']) {
    const { policy } = site.answer('GET', path);
    const isOpen = policy?.every(
      ({ outcome }) => outcome.kind === 'open' || (outcome.kind === 'named' && outcome.only === undefined),
    );
    if (isOpen !== true) {
      ledger.left.push({
        name: path,
        place: subject === undefined ? '' : placeText(subject),
        why: `Rules are about what is stored. Whoever has a password gets in here by GET and HEAD; ${program} did not let everybody in who had one.`,
      });
    }
  }
  const { policy: root } = site.answer('GET', '/');
  if (opensForStrangers && (root === undefined || textOf(root) !== ' open')) {
    ledger.warn(
      subject,
      `As strangers may do something, they get in at / too, by GET and HEAD; ${program} did not let everybody in there. A registry says nothing there.`,
    );
  }
}
