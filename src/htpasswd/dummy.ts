import type { Entry, PasswordHash } from './entry.js';
import type { Cost, SchemeName } from './scheme/scheme.js';
import { SCHEMES, schemeOf } from './scheme/schemes.js';

/**
 * A hash that costs what checking most of these users' passwords costs: of the scheme that most have, at the
 * highest cost that it has among them. Whoever asks for an unknown user pays it too, so that the time does not tell.
 *
 * The verdict over it means nothing: the user is unknown, whatever the password. A file without users has nobody to
 * hide, so its dummy is cheap.
 */
export function dummyHash(entries: Iterable<Entry>): PasswordHash {
  const counts = new Map<SchemeName, { users: number; cost: Cost }>();
  for (const { hash } of entries) {
    const count = counts.get(hash.scheme) ?? { users: 0, cost: 0 };
    counts.set(hash.scheme, { users: count.users + 1, cost: Math.max(count.cost, hash.cost) });
  }
  let name: SchemeName = 'sha1';
  let most = { users: 0, cost: 1 };
  for (const scheme of SCHEMES) {
    const count = counts.get(scheme.name);
    if (count === undefined || count.users <= most.users) continue;
    name = scheme.name;
    most = count;
  }
  return { text: schemeOf(name).dummy(most.cost), scheme: name, cost: most.cost };
}
