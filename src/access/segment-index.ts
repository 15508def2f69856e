import type { PatternSegment } from './pattern-segment.js';

interface Candidate<Value> {
  readonly segment: PatternSegment;
  readonly value: Value;
}

/** Candidates by a text of theirs, and the lengths that those texts have. */
class Bucket<Value> {
  readonly #candidates = new Map<string, Candidate<Value>[]>();
  readonly #characters: boolean[] = [];
  readonly lengths: number[] = [];

  /** @param character of the text that {@link mayHave} is asked for */
  add(text: string, character: number, candidate: Candidate<Value>): void {
    while (this.#characters.length <= character) this.#characters.push(false);
    this.#characters[character] = true;
    const known = this.#candidates.get(text);
    if (known !== undefined) known.push(candidate);
    else this.#candidates.set(text, [candidate]);
    if (!this.lengths.includes(text.length)) this.lengths.push(text.length);
  }

  mayHave(character: number): boolean {
    return this.#characters[character] === true;
  }

  get(text: string): readonly Candidate<Value>[] | undefined {
    return this.#candidates.get(text);
  }
}

/**
 * Finds those of many patterns of one segment that match: only patterns that begin, or where they begin with a star end,
 * as the segment does are tried.
 */
export class SegmentIndex<Value> {
  readonly #known = new Map<string, Value>();
  readonly #byPrefix = new Bucket<Value>();
  readonly #bySuffix = new Bucket<Value>();
  readonly #others: Candidate<Value>[] = [];

  /** The value of a pattern, made when it is new. */
  add(text: string, segment: PatternSegment, create: () => Value): Value {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const candidate = { segment, value: create() };
    this.#known.set(text, candidate.value);
    const { prefix, suffix } = segment;
    if (prefix !== '') this.#byPrefix.add(prefix, prefix.charCodeAt(0), candidate);
    else if (suffix !== '') this.#bySuffix.add(suffix, suffix.charCodeAt(suffix.length - 1), candidate);
    else this.#others.push(candidate);
    return candidate.value;
  }

  /** Calls `found` with the value of every pattern that matches. */
  find(text: string, user: string | undefined, found: (value: Value) => void): void {
    const { length } = text;
    if (this.#byPrefix.mayHave(text.charCodeAt(0))) {
      for (const size of this.#byPrefix.lengths) {
        if (size <= length) choose(this.#byPrefix.get(text.slice(0, size)), text, user, found);
      }
    }
    if (this.#bySuffix.mayHave(text.charCodeAt(length - 1))) {
      for (const size of this.#bySuffix.lengths) {
        if (size <= length) choose(this.#bySuffix.get(text.slice(length - size)), text, user, found);
      }
    }
    choose(this.#others, text, user, found);
  }
}

function choose<Value>(
  candidates: readonly Candidate<Value>[] | undefined,
  text: string,
  user: string | undefined,
  found: (value: Value) => void,
): void {
  if (candidates === undefined) return;
  for (const { segment, value } of candidates) {
    if (segment.matches(text, user)) found(value);
  }
}
