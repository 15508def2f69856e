import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { placeOnce, readText, removeFile, replaceText, stampOf } from './key-files.js';
import { leadOf, nextStart, type Schedule, signingKey, withoutEnded } from './key-schedule.js';
import {
  type Certify,
  formatTokenKeys,
  makeTokenKey,
  publicJwkOf,
  readTokenKeys,
  type TokenKey,
} from './token-key.js';

const KEYS = 'token-keys.json';
const CERTIFICATES = 'token-keys.pem';
/** Milliseconds between two looks at the file, and the shortest time between those that unknown keys cause. */
const INTERVAL = 2_000;
const BETWEEN_SEEKS = 1_000;
/** How often, and milliseconds apart, to read a file at the start that another process may be writing. */
const LOOKS = 20;
const BETWEEN_LOOKS = 50;
/** Milliseconds for which others may keep the list of keys, unless keys change sooner. */
const LONGEST_CACHING = 300_000;

/** Where warnings and notices go. */
export interface KeyLog {
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
}

export interface TokenKeysOptions extends Schedule {
  /** Where `token-keys.json` and `token-keys.pem` are; made when it is missing. */
  readonly directory: string;
  readonly logger: KeyLog;
  /** Makes the certificates of `token-keys.pem`; without it there is no such file. */
  readonly certify?: Certify | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Milliseconds between looks at the file. */
  readonly interval?: number;
}

/**
 * The keys that sign and verify tokens, kept in a file that all processes on a directory share.
 *
 * A new key stands in the file, and so in the published list, a quarter of the rotation time before it signs. It goes when
 * the last token that it signed has ended. Every process computes the same plan from the same file; only the key itself is
 * random, and of those that make one at once the first to place it wins.
 */
export class TokenKeys {
  readonly #options: TokenKeysOptions;
  readonly #now: () => number;
  readonly #path: string;
  readonly #listeners: (() => void)[] = [];
  #keys: readonly TokenKey[];
  #byId = new Map<string, TokenKey>();
  #published: { readonly keys: readonly object[] } | undefined;
  #stamp: string | undefined;
  #looking: Promise<void> | undefined;
  #soughtAt = Number.NEGATIVE_INFINITY;
  #problem: string | undefined;
  #certificates: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param isAlone the keys are this process's own and in no file */
  constructor(options: TokenKeysOptions, keys: readonly TokenKey[], isAlone: boolean) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#path = join(options.directory, KEYS);
    this.#keys = keys;
    this.#byId = new Map(keys.map((key) => [key.id, key]));
    if (isAlone) return;
    this.#timer = setInterval(() => void this.look(), options.interval ?? INTERVAL);
    this.#timer.unref();
  }

  /** The key that signs now. */
  get signing(): TokenKey {
    const now = this.#now();
    const [first] = this.#keys;
    const key = signingKey(this.#keys, this.#options, now) ?? this.#keys.at(-1) ?? first;
    if (key === undefined) throw new Error('there is no key to sign with');
    return key;
  }

  find(id: string): TokenKey | undefined {
    return this.#byId.get(id);
  }

  /** As {@link find}; a key that is not known is looked for in the file, once a second at most. */
  async seek(id: string): Promise<TokenKey | undefined> {
    const known = this.find(id);
    if (known !== undefined || this.#timer === undefined) return known;
    const now = performance.now();
    if (now - this.#soughtAt >= BETWEEN_SEEKS) {
      this.#soughtAt = now;
      await this.look();
    } else await this.#looking;
    return this.find(id);
  }

  /** The public keys (RFC 7517 §5), and for how many seconds others may keep them. */
  publicKeys(): { readonly jwks: { readonly keys: readonly object[] }; readonly maxAge: number } {
    const maxAge = Math.floor(Math.min(LONGEST_CACHING, leadOf(this.#options) / 2) / 1_000);
    this.#published ??= { keys: this.#keys.map(publicJwkOf) };
    return { jwks: this.#published, maxAge };
  }

  /** @param listener called after other keys hold. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Takes what other processes have written, and does what is due. Never rejects: the last good keys go on. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    try {
      await this.#read();
      await this.#rotate();
      await this.#certify();
      this.#problem = undefined;
    } catch (error) {
      const problem = `${this.#path} cannot be used (${reasonOf(error)}): the keys of before go on`;
      if (problem !== this.#problem)
        this.#options.logger.warn({ problem }, 'the keys of the tokens are stuck');
      this.#problem = problem;
    }
  }

  async #read(): Promise<void> {
    const stamp = await stampOf(this.#path);
    if (stamp === undefined || stamp === this.#stamp) return;
    const text = await readText(this.#path);
    if (text === undefined) return;
    this.#take(readTokenKeys(text));
    this.#stamp = stamp;
  }

  async #rotate(): Promise<void> {
    const { algorithm, certify, directory } = this.#options;
    const now = this.#now();
    const start = nextStart(this.#keys, this.#options, now);
    if (start === undefined) {
      const keys = withoutEnded(this.#keys, this.#options, now);
      if (keys.length < this.#keys.length) await this.#write(keys);
      return;
    }
    const last = this.#keys.at(-1)?.id.replaceAll(':', '').slice(0, 16) ?? '';
    const slot = join(directory, `.${KEYS}.after-${last}-${algorithm}`);
    const made = await makeTokenKey(algorithm, now, start === 0 ? now : start, certify);
    const placed = readTokenKeys(await placeOnce(slot, formatTokenKeys([made])));
    // Whoever was faster may have written the file and removed the slot before we made ours.
    await this.#read();
    if (nextStart(this.#keys, this.#options, now) !== undefined) {
      this.#options.logger.info({ kid: placed[0]?.id }, 'tokens get another key');
      await this.#write([...withoutEnded(this.#keys, this.#options, now), ...placed]);
    }
    await removeFile(slot);
  }

  async #write(keys: readonly TokenKey[]): Promise<void> {
    await replaceText(this.#path, formatTokenKeys(keys), 0o600);
    this.#stamp = await stampOf(this.#path);
    this.#take(keys);
  }

  /** A program that verifies our tokens reads only these; what is in the file already is not written again. */
  async #certify(): Promise<void> {
    const text = this.#keys.map(({ certificate }) => certificate).join('');
    if (text === '' || text === this.#certificates) return;
    const path = join(this.#options.directory, CERTIFICATES);
    if ((await readText(path)) !== text) await replaceText(path, text, 0o644);
    this.#certificates = text;
  }

  #take(keys: readonly TokenKey[]): void {
    const isSame = keys.length === this.#keys.length && keys.every(({ id }) => this.#byId.has(id));
    this.#keys = keys;
    this.#published = undefined;
    this.#byId = new Map(keys.map((key) => [key.id, key]));
    if (!isSame) for (const listener of this.#listeners) listener();
  }
}

/**
 * Opens the keys of a directory, or makes the first one. Processes that do so at once agree. Where nothing can be read or
 * written, the key is one of this process alone: its tokens end with it.
 */
export async function openTokenKeys(options: TokenKeysOptions): Promise<TokenKeys> {
  const { directory, algorithm, certify, logger, now = Date.now } = options;
  const path = join(directory, KEYS);
  try {
    if ((await readText(path)) === undefined)
      await placeOnce(path, formatTokenKeys([await makeTokenKey(algorithm, now(), now(), certify)]));
    const keys = new TokenKeys(options, await readSettled(path), false);
    await keys.look();
    return keys;
  } catch (error) {
    const problem = `${path} cannot be used (${reasonOf(error)}): tokens end with this process`;
    logger.warn({ problem }, 'the keys of the tokens are not kept');
    return new TokenKeys(options, [await makeTokenKey(algorithm, now(), now(), undefined)], true);
  }
}

/** Without hard links a file is seen while another process writes it. */
async function readSettled(path: string): Promise<TokenKey[]> {
  for (let looks = 1; ; looks += 1) {
    try {
      return readTokenKeys((await readText(path)) ?? '');
    } catch (error) {
      if (looks === LOOKS || (error instanceof Error && 'code' in error)) throw error;
      await pause(BETWEEN_LOOKS);
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}
