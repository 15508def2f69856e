/** Whole numbers from 0 to 4,294,967,295, four bytes each. */
export class NumberList {
  #numbers = new Uint32Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  at(index: number): number {
    return this.#numbers[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.#numbers[index] = value;
  }

  push(value: number): void {
    if (this.#size === this.#numbers.length) {
      const numbers = new Uint32Array(this.#size * 2);
      numbers.set(this.#numbers);
      this.#numbers = numbers;
    }
    this.#numbers[this.#size] = value;
    this.#size += 1;
  }

  pop(): number | undefined {
    if (this.#size === 0) return undefined;
    this.#size -= 1;
    return this.#numbers[this.#size];
  }
}
