/** Milliseconds by which the two clocks may drift apart before what was known is corrected. */
const TOLERANCE = 2;

/** Turns times of the monotonic clock into those of the calendar, which somebody may set while the program runs. */
export class UnixClock {
  #offset = offsetNow();

  /** Looks at both clocks again. */
  adjust(): void {
    const offset = offsetNow();
    if (Math.abs(offset - this.#offset) > TOLERANCE) this.#offset = offset;
  }

  /** @param time milliseconds of the monotonic clock @returns nanoseconds since 1970, in decimal digits */
  nanoseconds(time: number): string {
    const milliseconds = this.#offset + time;
    const whole = Math.floor(milliseconds);
    // The digit in front keeps the zeros that follow it, and goes.
    const rest = 1e6 + Math.floor((milliseconds - whole) * 1e6);
    return String(whole) + String(rest).slice(1);
  }
}

function offsetNow(): number {
  return Date.now() - performance.now();
}
