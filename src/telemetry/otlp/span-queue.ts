/** Texts that wait to be sent. When it is full, the oldest make room: what happens now is what somebody looks for. */
export class SpanQueue {
  readonly #slots: (string | undefined)[];
  #first = 0;
  #size = 0;
  /** Texts that had to make room, since that was last asked. */
  #dropped = 0;

  constructor(capacity: number) {
    this.#slots = new Array<string | undefined>(capacity).fill(undefined);
  }

  get size(): number {
    return this.#size;
  }

  push(text: string): void {
    const capacity = this.#slots.length;
    if (this.#size === capacity) {
      this.#dropped += 1;
      this.#first = (this.#first + 1) % capacity;
      this.#size -= 1;
    }
    this.#slots[(this.#first + this.#size) % capacity] = text;
    this.#size += 1;
  }

  /** Takes the oldest out. */
  take(most: number): string[] {
    const taken: string[] = [];
    while (this.#size > 0 && taken.length < most) {
      taken.push(this.#slots[this.#first] as string);
      this.#slots[this.#first] = undefined;
      this.#first = (this.#first + 1) % this.#slots.length;
      this.#size -= 1;
    }
    return taken;
  }

  /** How many were dropped since this was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
