import { access } from 'node:fs/promises';
import path from 'node:path';
import { type Directive, named } from '../directive.js';
import type { Ledger } from '../ledger.js';
import { SiteFiles } from '../site-files.js';
import { SiteSyntaxError } from '../syntax-error.js';
import { NginxReader } from './include.js';

/** What `http` may say about who gets in, for every site that says nothing of its own. */
const GUARDS = ['allow', 'deny', 'satisfy', 'auth_basic', 'auth_basic_user_file', 'auth_request', 'auth_jwt'];

/**
 * Warns of what nginx.conf says for all sites about who gets in, when a site was read without it: the configuration would be
 * more open than nginx was, and nobody could see why.
 *
 * @param prefix directory of nginx.conf @param directives that were read
 */
export async function tellSurroundings(
  prefix: string,
  directory: string,
  directives: readonly Directive[],
  ledger: Ledger,
): Promise<void> {
  if (directives.some(({ name }) => name === 'http')) return;
  const main = path.join(prefix, 'nginx.conf');
  const isThere = await access(main).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  const advice = `Name ${main} in place of the site to have it counted.`;
  try {
    const read = await new NginxReader(new SiteFiles(), prefix, directory).read(main);
    for (const { block } of named(read, 'http')) {
      for (const guard of named(block, ...GUARDS))
        ledger.warn(
          guard,
          `"${guard.title}" holds for all sites of this nginx, and was not read with the site. ${advice}`,
        );
    }
  } catch (error) {
    if (!(error instanceof SiteSyntaxError)) throw error;
    const { place, message } = error.problem;
    ledger.warnings.push({
      place,
      message: `${message}; so what it says for all sites is not known. ${advice}`,
    });
  }
}
