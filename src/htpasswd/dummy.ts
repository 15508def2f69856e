import { createHmac } from 'node:crypto';
import type { Entry, PasswordHash } from './entry.js';
import type { Cost, SchemeName } from './scheme/scheme.js';
import { schemeOf } from './scheme/schemes.js';

/** Users whose hashes cost the same to check. */
interface Kind {
  readonly dummy: PasswordHash;
  readonly users: number;
  /** Tells kinds apart, the same in every process. */
  readonly salt: number;
}

/** Kinds that are told apart: the ones that most users have. A choice among them costs some nanoseconds each. */
const MOST_KINDS = 64;

/**
 * Hashes that nobody knows a password for, to check an unknown user's password against, so that the time does not tell who
 * is there. A file can have hashes of many costs: then unknown names have to cost as differently as known ones do. A keyed
 * hash of the name chooses, each kind as often as users have it; for whoever has not the key a name of either sort is
 * as likely to be cheap as dear, and stays so.
 *
 * The verdict means nothing: the user is unknown, whatever the password. A file without users has nobody to hide, so
 * its dummy is cheap.
 */
export class Dummies {
  readonly #kinds: readonly Kind[];

  constructor(entries: Iterable<Entry>) {
    const counts = new Map<string, { scheme: SchemeName; cost: Cost; users: number }>();
    for (const { hash } of entries) {
      const name = `${hash.scheme} ${hash.cost}`;
      const count = counts.get(name) ?? { scheme: hash.scheme, cost: hash.cost, users: 0 };
      count.users += 1;
      counts.set(name, count);
    }
    if (counts.size === 0) counts.set('sha1 1', { scheme: 'sha1', cost: 1, users: 1 });
    this.#kinds = [...counts]
      .sort(([, one], [, other]) => other.users - one.users)
      .slice(0, MOST_KINDS)
      .map(([name, { scheme, cost, users }]) => ({
        dummy: { text: schemeOf(scheme).dummy(cost), scheme, cost },
        users,
        salt: createHmac('sha256', 'kind').update(name).digest().readUInt32LE(0),
      }));
  }

  /** One of the kind that most users have. */
  get usual(): PasswordHash {
    return this.#first.dummy;
  }

  /**
   * The same one for the same name, as long as the file has hashes of the same costs. When users come or go, few names
   * change theirs (this is rendezvous hashing with weights): one that changed would be known to be nobody's.
   */
  of(name: string, key: Uint8Array): PasswordHash {
    if (this.#kinds.length === 1) return this.#first.dummy;
    const digest = createHmac('sha256', key).update(name).digest();
    const seed = digest.readUInt32LE(0);
    const other = digest.readUInt32LE(4);
    let best = this.#first;
    let lowest = Number.POSITIVE_INFINITY;
    for (const kind of this.#kinds) {
      const uniform = (mix(mix(seed ^ kind.salt) ^ other) + 0.5) / 2 ** 32;
      const score = -Math.log(uniform) / kind.users;
      if (score >= lowest) continue;
      lowest = score;
      best = kind;
    }
    return best.dummy;
  }

  get #first(): Kind {
    const [first] = this.#kinds;
    if (first === undefined) throw new TypeError('there is always one kind');
    return first;
  }
}

/** Spreads 32 bits over 32 bits (the finisher of MurmurHash3). */
function mix(bits: number): number {
  let mixed = bits;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
