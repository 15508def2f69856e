import { type PublicKey, type PublicKeySet, readPublicKeys } from './public-keys.js';
import type { KeyLog } from './token-keys.js';

export interface IssuerKeysOptions {
  /** For the log. */
  readonly issuer: string;
  /** Reads the text of the keys: a JWKS or certificates. It has to be bounded in size and time. */
  read(): Promise<string>;
  /** Milliseconds after which the keys are read anew, so that those the issuer has withdrawn end. */
  readonly interval: number;
  readonly logger: KeyLog;
  readonly onChange?: (() => void) | undefined;
}

/** Milliseconds between two readings that unknown keys cause. */
const BETWEEN_SEEKS = 30_000;

/** The keys of another issuer: read at the start, now and then, and when a token names one that is not known. */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  readonly #timer: NodeJS.Timeout;
  #set: PublicKeySet = { keys: [], certificates: [] };
  #text = '';
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #problem: string | undefined;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.refresh(), options.interval);
    this.#timer.unref();
  }

  get certificates(): PublicKeySet['certificates'] {
    return this.#set.certificates;
  }

  /** The keys that a token may be signed with. @param id claim `kid`; without it only the one key of an issuer is meant. */
  async find(id: string | undefined): Promise<PublicKey | undefined> {
    const known = this.#known(id);
    if (known !== undefined) return known;
    if (performance.now() - this.#readAt >= BETWEEN_SEEKS) await this.refresh();
    else await this.#reading;
    return this.#known(id);
  }

  /** Reads the keys anew. Never rejects: the last good ones go on. */
  refresh(): Promise<void> {
    this.#readAt = performance.now();
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #known(id: string | undefined): PublicKey | undefined {
    const { keys } = this.#set;
    if (id !== undefined) return keys.find(({ ids }) => ids.includes(id));
    return keys.length === 1 ? keys[0] : undefined;
  }

  async #read(): Promise<void> {
    const { issuer, logger, onChange } = this.#options;
    try {
      const text = await this.#options.read();
      this.#problem = undefined;
      if (text === this.#text) return;
      this.#set = await readPublicKeys(text);
      this.#text = text;
      onChange?.();
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== this.#problem) logger.warn({ issuer, problem }, 'the keys of an issuer cannot be read');
      this.#problem = problem;
    }
  }
}
