import { DEEP, type Pattern } from './pattern.js';
import type { PatternSegment } from './pattern-segment.js';
import { SegmentIndex } from './segment-index.js';

/** What all patterns that begin alike have in common. */
class Branch<Entry> {
  /** Goes on at every segment, since it follows a `**`. */
  readonly isDeep: boolean;
  literals: Map<string, Branch<Entry>> | undefined;
  others: SegmentIndex<Branch<Entry>> | undefined;
  /** After any number of segments. */
  deep: Branch<Entry> | undefined;
  /** Of the pattern that ends here. */
  here: Entry | undefined;
  /** Of the pattern that ends in a `**` here. */
  below: Entry | undefined;
  /** The step of a search that has come here last. */
  step = 0;

  constructor(isDeep: boolean) {
    this.isDeep = isDeep;
  }
}

/**
 * Finds those of many patterns that match a name, in a time that depends on the name and hardly on how many patterns
 * there are. Keeps one entry a pattern.
 */
export class PatternIndex<Entry> {
  readonly #root = new Branch<Entry>(false);
  /** Where a search is, and where it is next. Searches never overlap, so all of them use the same. */
  #reached: Branch<Entry>[] = [];
  #next: Branch<Entry>[] = [];
  /** How much of both counts: to shorten an array costs more than a search. */
  #reachedCount = 0;
  #nextCount = 0;
  #step = 0;
  readonly #enter = (branch: Branch<Entry>): void => {
    if (branch.step === this.#step) return;
    branch.step = this.#step;
    this.#next[this.#nextCount] = branch;
    this.#nextCount += 1;
    if (branch.deep !== undefined) this.#enter(branch.deep);
  };

  /** The entry of a pattern, made when it is new. */
  add(pattern: Pattern, create: () => Entry): Entry {
    let branch = this.#root;
    const texts = pattern.text.split('/');
    for (const [index, segment] of pattern.segments.entries()) {
      if (segment !== DEEP) branch = childOf(branch, texts[index] ?? '', segment);
      else if (index === pattern.segments.length - 1) {
        branch.below ??= create();
        return branch.below;
      } else {
        branch.deep ??= new Branch(true);
        branch = branch.deep;
      }
    }
    branch.here ??= create();
    return branch.here;
  }

  /**
   * Calls `found` with the entries of all patterns that match, in no order; an entry may come more than once.
   *
   * @param segments of the name
   * @param user name of the user who asks; undefined: nobody whose name could be part of a repository's
   */
  find(segments: readonly string[], user: string | undefined, found: (entry: Entry) => void): void {
    this.#begin();
    this.#enter(this.#root);
    for (const segment of segments) {
      this.#begin();
      for (let index = 0; index < this.#reachedCount; index += 1) {
        const branch = this.#reached[index] as Branch<Entry>;
        if (branch.below !== undefined) found(branch.below);
        const child = branch.literals?.get(segment);
        if (child !== undefined) this.#enter(child);
        branch.others?.find(segment, user, this.#enter);
        if (branch.isDeep) this.#enter(branch);
      }
      if (this.#nextCount === 0) return;
    }
    for (let index = 0; index < this.#nextCount; index += 1) {
      const here = this.#next[index]?.here;
      if (here !== undefined) found(here);
    }
  }

  /** Takes the next step: what was reached by the last one is where it starts. */
  #begin(): void {
    const last = this.#reached;
    this.#reached = this.#next;
    this.#next = last;
    this.#reachedCount = this.#nextCount;
    this.#nextCount = 0;
    this.#step += 1;
  }
}

function childOf<Entry>(branch: Branch<Entry>, text: string, segment: PatternSegment): Branch<Entry> {
  const create = (): Branch<Entry> => new Branch(false);
  if (segment.literal === undefined) {
    branch.others ??= new SegmentIndex();
    return branch.others.add(text, segment, create);
  }
  branch.literals ??= new Map();
  const known = branch.literals.get(text);
  if (known !== undefined) return known;
  const child = create();
  branch.literals.set(text, child);
  return child;
}
