import { writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { AuditBacklog } from './audit-backlog.js';
import { openAuditFile } from './audit-opening.js';

/** What whoever opens the file is told about, and how long things take. */
export interface AuditFileOptions {
  /** The line that says how many are missing. */
  readonly lostLine: (count: number) => string;
  /** Lines cannot be written, and wait in memory. Called once until they can. */
  readonly onFailure: (error: unknown) => void;
  /** All that waited is written. @param lost that found no room in memory meanwhile; their number is in the file, too */
  readonly onRecovery: (lost: number) => void;
  /** The file could not be opened anew: lines go on into the one that was renamed, until it can. */
  readonly onStale: (error: unknown) => void;
  /** Milliseconds after which what failed is tried again; default one second. */
  readonly retry?: number;
  /** Characters that may wait in memory; default 4 Mi. */
  readonly backlog?: number;
}

const RETRY = 1_000;
const BACKLOG = 4 * 1024 * 1024;
/** Milliseconds that the last lines may take when the gateway stops. */
const CLOSE_LIMIT = 2_000;

/**
 * Appends lines to a file in their order, without ever making anybody wait. Lines that cannot be written wait in memory, and
 * those that find no room there are counted: none goes missing without a trace.
 */
export class AuditFile {
  readonly #path: string;
  readonly #options: AuditFileOptions;
  readonly #backlog: AuditBacklog;
  #handle: FileHandle;
  /** Ends when nothing was left to do. */
  #work: Promise<void> = Promise.resolve();
  #working = false;
  #writing = false;
  #failing = false;
  #droppedBefore = 0;
  #closing = false;
  /** Who waits for the file to be opened anew. */
  #reopeners: (() => void)[] = [];
  /** When to try again to open it, on the monotonic clock. */
  #staleUntil: number | undefined;
  #wake: (() => void) | undefined;

  private constructor(path: string, handle: FileHandle, options: AuditFileOptions) {
    this.#path = path;
    this.#handle = handle;
    this.#options = options;
    this.#backlog = new AuditBacklog(options.backlog ?? BACKLOG, options.lostLine);
    process.once('exit', this.#onExit);
  }

  /** @throws {ConfigurationError} when the file cannot be written to */
  static async open(path: string, options: AuditFileOptions): Promise<AuditFile> {
    return new AuditFile(path, await openAuditFile(path), options);
  }

  /** @param line with its newline */
  write(line: string): void {
    if (this.#closing) return;
    this.#backlog.add(line);
    this.#start();
  }

  /** Goes on in a new file of the same name: the old one was renamed. Resolves when it has, or could not. */
  reopen(): Promise<void> {
    if (this.#closing) return Promise.resolve();
    return new Promise((resolve) => {
      this.#reopeners.push(resolve);
      this.#wake?.();
      this.#start();
    });
  }

  /** Whether the file was deleted, and lines would go nowhere. */
  async isDeleted(): Promise<boolean> {
    if (this.#closing) return false;
    const status = await this.#handle.stat().catch(() => undefined);
    return status?.nlink === 0;
  }

  /** Writes what is left. @returns how many lines could not be written within two seconds. */
  async close(): Promise<number> {
    this.#closing = true;
    process.off('exit', this.#onExit);
    this.#wake?.();
    this.#start();
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      limit = setTimeout(resolve, CLOSE_LIMIT);
    });
    await Promise.race([this.#work, late]);
    clearTimeout(limit);
    const lost = this.#backlog.lines;
    if (!this.#writing) await this.#handle.close();
    return lost;
  }

  #start(): void {
    if (this.#working) return;
    this.#working = true;
    this.#work = this.#run();
  }

  /** Its end is not noticed later than it comes: a line that is added after it begins the next one. */
  async #run(): Promise<void> {
    for (;;) {
      if (this.#mustReopen()) await this.#reopen();
      const bytes = this.#backlog.next();
      if (bytes === undefined) {
        this.#recover();
        if (this.#reopeners.length === 0) break;
      } else if (!(await this.#put(bytes))) {
        if (this.#closing) break;
        await this.#pause();
      }
    }
    this.#working = false;
  }

  /** All that waited is in the file. */
  #recover(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#options.onRecovery(this.#backlog.dropped - this.#droppedBefore);
  }

  async #put(bytes: Uint8Array): Promise<boolean> {
    this.#writing = true;
    try {
      const { bytesWritten } = await this.#handle.write(bytes);
      this.#backlog.written(bytesWritten);
      return true;
    } catch (error) {
      if (!this.#failing) {
        this.#droppedBefore = this.#backlog.dropped;
        this.#options.onFailure(error);
      }
      this.#failing = true;
      return false;
    } finally {
      this.#writing = false;
    }
  }

  #mustReopen(): boolean {
    return (
      this.#reopeners.length > 0 || (this.#staleUntil !== undefined && performance.now() >= this.#staleUntil)
    );
  }

  async #reopen(): Promise<void> {
    const reopeners = this.#reopeners;
    this.#reopeners = [];
    try {
      const handle = await openAuditFile(this.#path);
      const before = this.#handle;
      this.#handle = handle;
      this.#staleUntil = undefined;
      // A line of which the old file has a part is written to the new one as a whole.
      this.#backlog.beginLineAgain();
      await before.close().catch(() => undefined);
    } catch (error) {
      if (this.#staleUntil === undefined) this.#options.onStale(error);
      this.#staleUntil = performance.now() + (this.#options.retry ?? RETRY);
    }
    for (const resolve of reopeners) resolve();
  }

  /** Until it is time to try again, or somebody wants the file opened anew or closed. */
  async #pause(): Promise<void> {
    if (this.#reopeners.length > 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, this.#options.retry ?? RETRY).unref();
    });
    clearTimeout(timer);
    this.#wake = undefined;
  }

  /** The process ends without having closed us: one try, unless a write is under way that may have been taken. */
  readonly #onExit = (): void => {
    if (this.#writing) return;
    try {
      for (let bytes = this.#backlog.next(); bytes !== undefined; bytes = this.#backlog.next()) {
        this.#backlog.written(writeSync(this.#handle.fd, bytes));
      }
    } catch {
      // Nobody is left to tell.
    }
  };
}
