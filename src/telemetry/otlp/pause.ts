/** Milliseconds before the first repetition, and the most that a wait grows to. */
const FIRST = 1_000;
const LONGEST = 60_000;

/** Waits between tries, which grow and can be ended. They do not keep the process alive. */
export class Pause {
  #end: (() => void) | undefined;
  #ended = false;

  /** @param failures so far, at least 1 @param wanted milliseconds that the other side has asked for */
  wait(failures: number, wanted: number | undefined): Promise<void> {
    if (this.#ended) return Promise.resolve();
    // A part of chance, so that many gateways do not come back together.
    const grown = Math.min(LONGEST, FIRST * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(LONGEST, wanted ?? grown)).unref();
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends the wait that is under way, and all further ones at once. */
  end(): void {
    this.#ended = true;
    this.#end?.();
  }
}
