import type { Granted, Refusal, Way } from './verdict.js';

/** One login: a password that was checked, or the first use of a token from an address in ten minutes. */
export interface Login {
  /** As the client sent it: anything but a colon can be in it. */
  readonly user: string;
  readonly address: string;
  readonly outcome: 'good' | 'bad' | 'throttled' | 'overloaded';
  readonly way: Way;
}

/** Hears of logins. Good passwords that are remembered are none where they have been before; bad ones are, each time. */
export interface LoginListener {
  login(login: Login): void;
}

/** Milliseconds in which the same user of a token from the same address is no news. */
const PERIOD = 600_000;
const REMEMBERED = 10_000;

/** Tells of tokens that are used, once in ten minutes for each user and address: they come with every request. */
export class LoginNews {
  readonly #listener: LoginListener | undefined;
  readonly #now: () => number;
  readonly #told = new Map<string, number>();

  constructor(listener: LoginListener | undefined, now: () => number = () => performance.now()) {
    this.#listener = listener;
    this.#now = now;
  }

  /** Hands on what it is given. */
  granted<Checked extends Granted | Refusal>(verdict: Checked, address: string): Checked {
    if (this.#listener === undefined || verdict.kind !== 'granted' || verdict.user === undefined)
      return verdict;
    const { user, way } = verdict;
    const key = `${way} ${address} ${user}`;
    const now = this.#now();
    const told = this.#told.get(key);
    if (told !== undefined && now - told < PERIOD) return verdict;
    this.#told.delete(key);
    if (this.#told.size >= REMEMBERED) {
      const [oldest] = this.#told.keys();
      if (oldest !== undefined) this.#told.delete(oldest);
    }
    this.#told.set(key, now);
    this.#listener.login({ user, address, outcome: 'good', way });
    return verdict;
  }
}
