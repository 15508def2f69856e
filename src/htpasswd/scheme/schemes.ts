import { bcrypt } from './bcrypt.js';
import { desCrypt } from './des-crypt.js';
import { apr1, md5Unix } from './md5-crypt.js';
import { plain } from './plain.js';
import type { Scheme, SchemeName } from './scheme.js';
import { sha256Crypt, sha512Crypt } from './sha-crypt.js';
import { sha1Salted, sha1Unsalted } from './sha1.js';

/** Every scheme; at most one recognises a text. */
export const SCHEMES: readonly Scheme[] = [
  bcrypt,
  apr1,
  sha512Crypt.scheme,
  sha256Crypt.scheme,
  md5Unix,
  sha1Unsalted,
  sha1Salted,
  desCrypt,
  plain,
];

const BY_NAME: ReadonlyMap<SchemeName, Scheme> = new Map(SCHEMES.map((scheme) => [scheme.name, scheme]));

export function schemeOf(name: SchemeName): Scheme {
  const scheme = BY_NAME.get(name);
  if (scheme === undefined) throw new TypeError(`there is no scheme ${name}`);
  return scheme;
}
