import { access, constants } from 'node:fs/promises';

/** Something without which requests are of no use. */
export interface ReadinessCheck {
  /** A word or two. */
  readonly name: string;
  /** Why not, as a sentence; undefined: all is well. What it throws counts as why not. */
  check(): Promise<string | undefined> | string | undefined;
}

/** Why no requests should come. */
export interface Reason {
  readonly check: string;
  readonly message: string;
}

/** Milliseconds for which an answer is good. */
const LIFETIME = 2_000;
/** Milliseconds that one check may take. */
const PATIENCE = 3_000;

const STOPPING: readonly Reason[] = [{ check: 'process', message: 'The server is stopping.' }];

/** Whether requests should come here. However many ask, the checks run one after the other and no oftener than every two seconds. */
export class Readiness {
  readonly #checks: () => readonly ReadinessCheck[];
  readonly #lifetime: number;
  readonly #patience: number;
  #stopping = false;
  #asked: Promise<readonly Reason[]> | undefined;
  #until = 0;

  /** @param checks what is asked, or what tells it, where that may change */
  constructor(
    checks: readonly ReadinessCheck[] | (() => readonly ReadinessCheck[]),
    { lifetime = LIFETIME, patience = PATIENCE }: { lifetime?: number; patience?: number } = {},
  ) {
    this.#checks = typeof checks === 'function' ? checks : () => checks;
    this.#lifetime = lifetime;
    this.#patience = patience;
  }

  /** From now on the answer is no, so that whoever shares requests out sends none. */
  stopping(): void {
    this.#stopping = true;
  }

  /** Empty: requests may come. Never rejects. */
  reasons(): Promise<readonly Reason[]> {
    if (this.#stopping) return Promise.resolve(STOPPING);
    if (this.#asked !== undefined && performance.now() < this.#until) return this.#asked;
    this.#until = Number.POSITIVE_INFINITY;
    const asked = this.#ask().finally(() => {
      this.#until = performance.now() + this.#lifetime;
    });
    this.#asked = asked;
    return asked;
  }

  async #ask(): Promise<readonly Reason[]> {
    const reasons = await Promise.all(this.#checks().map((check) => this.#askOne(check)));
    return reasons.filter((reason) => reason !== undefined);
  }

  async #askOne(check: ReadinessCheck): Promise<Reason | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`There was no answer within ${this.#patience} ms.`), this.#patience);
    });
    try {
      const message = await Promise.race([check.check(), late]);
      return message === undefined ? undefined : { check: check.name, message };
    } catch (error) {
      return { check: check.name, message: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Whether files may be made in a directory. */
export function writableDirectory(path: string): ReadinessCheck {
  return {
    name: 'data',
    async check(): Promise<string | undefined> {
      try {
        await access(path, constants.W_OK | constants.X_OK);
        return undefined;
      } catch (error) {
        const { code = 'unknown error' } = error as NodeJS.ErrnoException;
        return `The data directory cannot be written (${code}).`;
      }
    },
  };
}
