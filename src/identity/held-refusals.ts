import type { Verdict } from './verdict.js';

/** Milliseconds for which a refusal is held at least, and at most: some clients give up on an answer that takes longer. */
const SHORTEST = 500;
const LONGEST = 10_000;
/** Milliseconds by which each refusal that is held prolongs the next one: some fifty leave in a second. */
const PACE = 20;
/** With so many each is given at once: what is held takes memory. */
const MOST = 4_000;

/**
 * Holds the answers to those who guess, or they would keep us busy with refusals as fast as they can ask: each of their
 * connections waits instead. The more are held, the longer, so that many connections get not much more out of it than few.
 */
export class HeldRefusals {
  #held = 0;

  /** How many are held. */
  get held(): number {
    return this.#held;
  }

  /**
   * @param answer is called later
   * @returns to be called when nobody waits for the answer any more; afterwards it does nothing
   */
  hold(answer: () => void): () => void {
    if (this.#held >= MOST) {
      answer();
      return () => undefined;
    }
    let isHeld = true;
    const release = (): void => {
      if (isHeld) this.#held -= 1;
      isHeld = false;
      clearTimeout(timer);
    };
    const timer = setTimeout(
      () => {
        release();
        answer();
      },
      Math.min(LONGEST, Math.max(SHORTEST, this.#held * PACE)),
    ).unref();
    this.#held += 1;
    return release;
  }

  /** Hands on what it is given: at once, or later when it is an answer to be held. */
  async pass(verdict: Verdict | Promise<Verdict>): Promise<Verdict> {
    const settled = await verdict;
    if (isHeld(settled)) await new Promise<void>((resolve) => void this.hold(resolve));
    return settled;
  }
}

/** A wrong password that costs whoever sends it nothing but the wait for the answer: it is not hashed. */
export function isHeld(verdict: Verdict): boolean {
  if (typeof verdict === 'string') return false;
  const { kind } = verdict;
  return kind === 'throttled' || kind === 'overloaded' || (kind === 'unauthorized' && verdict.again === true);
}
