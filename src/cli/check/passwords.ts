import type { Entry } from '../../htpasswd/entry.js';
import type { HtpasswdFile } from '../../htpasswd/htpasswd-file.js';
import type { Findings } from './findings.js';

/** Lines that are named; of more only the number is told. */
const NAMED = 10;
/** bcrypt's exponent below which a stolen file gives its passwords away too quickly. */
const LEAST_COST = 10;

const weak: Readonly<Record<string, string>> = {
  plain: '{PLAIN} keeps passwords as they are: whoever reads the file has them',
  des: 'DES crypt looks at the first eight characters only, and is tried through in hours',
  sha1: '{SHA} has no salt: known passwords are looked up in a table',
  ssha: '{SSHA} is tried a billion times a second',
  md5: '$1$ is tried millions of times a second',
  apr1: '$apr1$ is tried millions of times a second',
  bcrypt: `bcrypt with a cost below ${LEAST_COST} is tried too fast`,
};

/** Notes the ways of keeping passwords that help little once somebody has the file, with their lines. */
export function checkPasswordFormats({ path, entries }: HtpasswdFile, found: Findings): void {
  const lines = new Map<string, number[]>();
  for (const { hash, line } of entries.values()) {
    if (!isWeak(hash)) continue;
    const known = lines.get(hash.scheme);
    if (known === undefined) lines.set(hash.scheme, [line]);
    else known.push(line);
  }
  for (const [scheme, numbers] of lines) {
    const others = numbers.slice(1, NAMED).join(', ');
    const more = numbers.length > NAMED ? ` and ${numbers.length - NAMED} more` : '';
    const also = others === '' ? '' : ` Also lines ${others}${more}.`;
    found.notice(
      { file: path, line: numbers[0] },
      `${weak[scheme]}. Set the password anew: dockgate user passwd NAME.${also}`,
    );
  }
}

function isWeak({ scheme, cost }: Entry['hash']): boolean {
  return weak[scheme] !== undefined && (scheme !== 'bcrypt' || cost < LEAST_COST);
}
