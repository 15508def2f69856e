import type { Closer } from '../backend.js';

/** A part that several configurations hold in turn, or at once; closed when the last one lets it go. */
export class Shared<Part> {
  readonly part: Part;
  /** What it was opened by: the same key, the same part. */
  readonly key: string;
  readonly #close: Closer;
  #holders = 1;

  private constructor(key: string, part: Part, close: Closer) {
    this.key = key;
    this.part = part;
    this.#close = close;
  }

  /**
   * Holds the part of before when it was opened by the same, or opens another one.
   *
   * @param by settings that the part depends on
   * @param open gets where to put what is to be closed; that is closed, too, when opening fails
   */
  static async take<Part>(
    before: Shared<Part> | undefined,
    by: unknown,
    open: (closers: Closer[]) => Promise<Part>,
  ): Promise<Shared<Part>> {
    const key = keyOf(by);
    if (before?.key === key) return before.#hold();
    const closers: Closer[] = [];
    try {
      return new Shared(key, await open(closers), () => closeInReverse(closers));
    } catch (error) {
      await closeInReverse(closers);
      throw error;
    }
  }

  /** Closes the part if nobody else holds it. */
  async release(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders === 0) await this.#close();
  }

  #hold(): this {
    this.#holders += 1;
    return this;
  }
}

/** Closes everything, the latest first, also when something on the way fails to. */
export async function closeInReverse(closers: Closer[]): Promise<void> {
  const faults: unknown[] = [];
  for (const close of closers.splice(0).reverse()) {
    try {
      await close();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults.length === 1 ? faults[0] : new AggregateError(faults);
}

/** JSON, in which an infinite time would look like none. */
function keyOf(by: unknown): string {
  return JSON.stringify(by, (_name, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}
