import { hash, randomBytes } from 'node:crypto';
import { Dummies } from './dummy.js';
import type { Entry, PasswordHash } from './entry.js';
import { type FileContent, readContent } from './file-content.js';
import { FileWatch, type WatchTimes } from './file-watch.js';
import { type ParsedFile, parseInSteps } from './parse.js';
import { HtpasswdFileError, type HtpasswdProblem } from './problem.js';

export interface HtpasswdFileOptions {
  /** Called after other users, or other passwords, hold. */
  readonly onChange?: (generation: number) => void;
  /** Called for each line that is refused, at opening and after each change, and once when the file cannot be used. */
  readonly onProblem?: (problem: HtpasswdProblem) => void;
  /** Whether to look for changes. Default true. */
  readonly watch?: boolean;
  /** Default: every 500 ms, 100 ms after a change, so that a change holds within a second. */
  readonly times?: WatchTimes;
  /** Secret by which {@link HtpasswdFile.dummyFor} chooses. Default: a random one, so that a restart chooses anew. */
  readonly dummyKey?: Uint8Array;
}

const DEFAULT_TIMES: WatchTimes = { interval: 500, settle: 100 };
/** An empty file where there were users may be one that is about to be written: it must stay empty for so many looks. */
const LOOKS_AT_EMPTY = 3;

/**
 * The users of a password file, kept as the file is. A file that vanishes, or that cannot be used, leaves the last
 * good users in place; a line that cannot be used refuses its user alone.
 */
export class HtpasswdFile {
  /** As given to {@link open}. */
  readonly path: string;
  readonly #options: HtpasswdFileOptions;
  readonly #watch: FileWatch | undefined;
  #parsed: ParsedFile;
  #digest: string;
  #dummies: Dummies;
  readonly #dummyKey: Uint8Array;
  #generation = 1;
  #closed = false;
  /** Ends when the reading that is under way has: two at once could leave the older one in place. */
  #turn: Promise<unknown> = Promise.resolve();
  /** The last problem with the file as a whole, so that it is told once. */
  #told: string | undefined;

  private constructor(path: string, content: FileContent, parsed: ParsedFile, options: HtpasswdFileOptions) {
    this.path = path;
    this.#options = options;
    this.#parsed = parsed;
    this.#dummies = new Dummies(parsed.entries.values());
    this.#dummyKey = options.dummyKey ?? randomBytes(32);
    this.#digest = digest(content.bytes);
    if (options.watch !== false) {
      this.#watch = new FileWatch(path, options.times ?? DEFAULT_TIMES, (look, times) =>
        this.#inTurn(() => this.#reload(look, times)),
      );
    }
  }

  /** @throws {HtpasswdFileError} when the file is missing, unreadable, too large, or no text. Bad lines do not throw. */
  static async open(path: string, options: HtpasswdFileOptions = {}): Promise<HtpasswdFile> {
    const content = await readContent(path);
    const file = new HtpasswdFile(path, content, await parseInSteps(content.bytes, path), options);
    file.#tellProblems();
    return file;
  }

  /** Undefined also for a user whose line is refused. */
  get(name: string): Entry | undefined {
    return this.#parsed.entries.get(name);
  }

  /** The users who can log in, in the file's order. A change brings another map; this one stays as it is. */
  get entries(): ReadonlyMap<string, Entry> {
    return this.#parsed.entries;
  }

  /** The lines that are refused now. */
  get problems(): readonly HtpasswdProblem[] {
    return this.#parsed.problems;
  }

  /** Grows with every change that holds; begins at 1. */
  get generation(): number {
    return this.#generation;
  }

  /** A hash that no password matches, of the scheme and cost that most users have. Changes only with the generation. */
  get dummy(): PasswordHash {
    return this.#dummies.usual;
  }

  /**
   * What to check an unknown user's password against, so that the time does not tell: see {@link Dummies}. Compute it for known
   * users as well, or the time of the choice tells.
   */
  dummyFor(name: string): PasswordHash {
    return this.#dummies.of(name, this.#dummyKey);
  }

  /**
   * Reads the file now, for whoever has just changed it.
   *
   * @throws {HtpasswdFileError} as {@link open}; the users stay then.
   */
  refresh(): Promise<void> {
    return this.#inTurn(async () => this.#accept(await readContent(this.path)));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Stops looking for changes. The users stay. */
  close(): void {
    this.#closed = true;
    this.#watch?.close();
  }

  async #reload(look: string, times: number): Promise<boolean> {
    let content: FileContent;
    try {
      content = await readContent(this.path);
    } catch (error) {
      if (!(error instanceof HtpasswdFileError)) throw error;
      this.#tell(error.reason);
      // The disk may answer next time without any change to see; a bad content needs a change.
      return error.code !== 'HTPASSWD_UNREADABLE';
    }
    if (content.look !== look && times > 1) return false;
    if (content.bytes.length === 0 && this.#parsed.entries.size > 0 && times < LOOKS_AT_EMPTY) return false;
    this.#told = undefined;
    await this.#accept(content);
    return true;
  }

  async #accept(content: FileContent): Promise<void> {
    const found = digest(content.bytes);
    if (found === this.#digest) return;
    const parsed = await parseInSteps(content.bytes, this.path);
    if (this.#closed) return;
    this.#parsed = parsed;
    this.#dummies = new Dummies(this.#parsed.entries.values());
    this.#digest = found;
    this.#generation += 1;
    this.#options.onChange?.(this.#generation);
    this.#tellProblems();
  }

  #tellProblems(): void {
    for (const problem of this.#parsed.problems) this.#options.onProblem?.(problem);
  }

  #tell(reason: string): void {
    if (this.#closed || reason === this.#told) return;
    this.#told = reason;
    const users = this.#parsed.entries.size;
    const message = `${reason}; the ${users} users read before stay in place until then`;
    this.#options.onProblem?.({ file: this.path, line: undefined, message });
  }
}

function digest(bytes: Buffer): string {
  return hash('sha256', bytes);
}
