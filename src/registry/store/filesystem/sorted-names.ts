/** Texts in the order of their code units, without repetition. */
export class SortedNames {
  #names: string[];

  constructor(names: Iterable<string> = []) {
    this.#names = [...new Set(names)].sort();
  }

  get size(): number {
    return this.#names.length;
  }

  add(name: string): void {
    const position = this.#position(name);
    if (this.#names[position] !== name) this.#names.splice(position, 0, name);
  }

  delete(name: string): void {
    const position = this.#position(name);
    if (this.#names[position] === name) this.#names.splice(position, 1);
  }

  /** The names after this one, which need not be among them, up to a number of names. */
  following(name: string, count: number): string[] {
    let position = this.#position(name);
    if (this.#names[position] === name) position += 1;
    return this.#names.slice(position, position + count);
  }

  /** Takes another set of names over; cheap when it differs little from this one. */
  become(names: ReadonlySet<string>): void {
    const kept = this.#names.filter((name) => names.has(name));
    if (kept.length === names.size) {
      this.#names = kept;
      return;
    }
    const known = new Set(kept);
    const fresh = [...names].filter((name) => !known.has(name)).sort();
    this.#names = merged(kept, fresh);
  }

  /** The place of the first name that does not come before this one. */
  #position(name: string): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#names[middle] ?? '') < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function merged(one: readonly string[], other: readonly string[]): string[] {
  const all: string[] = [];
  let index = 0;
  for (const name of other) {
    for (let next = one[index]; next !== undefined && next < name; next = one[index]) {
      all.push(next);
      index += 1;
    }
    all.push(name);
  }
  while (index < one.length) {
    all.push(one[index] ?? '');
    index += 1;
  }
  return all;
}
