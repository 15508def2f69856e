import type { Verdict, Way } from './verdict.js';

/** How somebody tried to show who they are; `none`: they did not. */
export type TriedWay = Way | 'none';

type Kind = Exclude<Verdict, string>['kind'];

const WAYS: readonly TriedWay[] = ['none', 'password', 'v1 token', 'bearer', 'robot', 'certificate'];
const KINDS: readonly Kind[] = [
  'granted',
  'stranger',
  'unauthorized',
  'throttled',
  'overloaded',
  'insufficient',
  'forbidden',
];

/** Counts verdicts. Its numbers only grow. */
export class VerdictTally {
  readonly #counts = new Float64Array(WAYS.length * KINDS.length);

  /** Hands on the verdict that it is given. @param tried what was shown, where that does not stand in the verdict */
  of(tried: TriedWay, verdict: Verdict | Promise<Verdict>): Verdict | Promise<Verdict> {
    if (typeof verdict === 'string') this.#count('password', 'granted');
    else if (verdict instanceof Promise) return verdict.then((settled) => this.of(tried, settled));
    else this.#count(verdict.kind === 'granted' ? verdict.way : tried, verdict.kind);
    return verdict;
  }

  /** Each way with each kind of verdict that there was. */
  list(): { readonly way: TriedWay; readonly verdict: Kind; readonly count: number }[] {
    return WAYS.flatMap((way, row) =>
      KINDS.map((verdict, column) => ({
        way,
        verdict,
        count: this.#counts[row * KINDS.length + column] ?? 0,
      })),
    ).filter(({ count }) => count > 0);
  }

  #count(way: TriedWay, kind: Kind): void {
    const place = WAYS.indexOf(way) * KINDS.length + KINDS.indexOf(kind);
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
  }
}
