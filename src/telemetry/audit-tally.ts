import type { AuditEvent } from './audit-event.js';

/** How many events are told one by one. */
export interface TallyLimits {
  /** Of one kind, user and address, until they have been quiet for a whole interval. */
  readonly each: number;
  /** Of all together in one interval. */
  readonly atOnce: number;
  /** Kinds, users and addresses that are counted apart from each other; all further ones are counted together. */
  readonly keys: number;
}

/** Characters of a name that are kept. */
const LONGEST_USER = 256;

interface Count {
  /** What all of them have in common. */
  readonly event: AuditEvent;
  /** Told one by one so far. */
  told: number;
  /** Not told, in this interval. */
  count: number;
  since: string;
  /** Nothing has come since the interval began. */
  quiet: boolean;
}

/**
 * Keeps a flood from filling the disk: tells the first events of each user and address at once, and counts the others,
 * for a line at the end of the interval. Nothing that comes makes it larger than its limits.
 */
export class AuditTally {
  readonly #limits: TallyLimits;
  readonly #counts = new Map<string, Count>();
  #told = 0;
  #others: { readonly event: string; count: number; readonly since: string } | undefined;

  constructor(limits: TallyLimits) {
    this.#limits = limits;
  }

  /**
   * Takes an event into account.
   *
   * @param time as ISO 8601
   * @returns true when it is to be told now; false when it has been counted.
   */
  isToldAtOnce(event: AuditEvent, time: string): boolean {
    const user = copyOf(event.user);
    const key = `${event.event} ${event.outcome} ${event.way} ${event.address} ${user}`;
    let known = this.#counts.get(key);
    if (known === undefined) {
      if (this.#counts.size >= this.#limits.keys) {
        this.#others ??= { event: event.event, count: 0, since: time };
        this.#others.count += 1;
        return false;
      }
      const { event: name, outcome, address, way } = event;
      known = {
        event: { event: name, outcome, user, address, way },
        told: 0,
        count: 0,
        since: time,
        quiet: false,
      };
      this.#counts.set(key, known);
    }
    known.quiet = false;
    if (known.count === 0 && known.told < this.#limits.each && this.#told < this.#limits.atOnce) {
      known.told += 1;
      this.#told += 1;
      return true;
    }
    if (known.count === 0) known.since = time;
    known.count += 1;
    return false;
  }

  /** Ends an interval. @returns an event for each that was counted, in the order in which they first came. */
  endInterval(): AuditEvent[] {
    const sums: AuditEvent[] = [];
    for (const [key, known] of this.#counts) {
      if (known.quiet) this.#counts.delete(key);
      if (known.count > 0) sums.push({ ...known.event, count: known.count, since: known.since });
      known.count = 0;
      known.quiet = true;
    }
    if (this.#others !== undefined) {
      const { event, count, since } = this.#others;
      sums.push({
        event,
        outcome: 'various',
        count,
        since,
        detail: { note: 'of more users and addresses than are counted one by one' },
      });
    }
    this.#others = undefined;
    this.#told = 0;
    return sums;
  }
}

/** The beginning of a name, without what it was cut from: that may be as long as a header line. */
function copyOf(user: string | undefined): string | undefined {
  return user === undefined || user.length <= LONGEST_USER
    ? user
    : Buffer.from(user.slice(0, LONGEST_USER)).toString();
}
