import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { Problem } from '../configuration/problem.js';
import type { LineSink } from './access-log.js';
import { LineWriter } from './line-writer.js';
import { openingFault } from './opening-fault.js';

const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants;
/** Each write appends, also beside other processes. A pipe that nobody reads must not hold up the start. */
const FLAGS = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY;
/** Addresses and names of users are in it: for the owner, and a group that may read logs. */
const MODE = 0o640;

/** Bytes that Linux writes to a pipe without others' in between (`PIPE_BUF`); to a file, any number. */
const LARGEST_WRITE = 4_096;

/** Path of standard output, for lines that have no file. */
export const STANDARD_OUTPUT = '/dev/stdout';

/** Descriptors that this process has got, and that cannot always be opened by their names. */
const STREAMS: Readonly<Record<string, () => number>> = {
  // Asking for it also makes a pipe non-blocking: a write that nobody takes must not hold up the end of the process.
  [STANDARD_OUTPUT]: () => process.stdout.fd,
  '/dev/stderr': () => process.stderr.fd,
};

/** Whether a path stands for a stream that this process has got. */
export function isStandardStream(path: string): boolean {
  return STREAMS[path] !== undefined;
}

/** Why a log file cannot be opened. */
export class LogFileError extends Error {
  readonly problem: Problem;

  constructor(setting: string, path: string, cause: unknown) {
    const message = `${setting} ${openingFault(cause)}.`;
    super(`${path}: ${message}`, { cause });
    this.problem = { place: { file: path }, message };
  }
}

/** Where lines are appended: a file, which can be opened anew after it was renamed, or a standard stream. */
export class LogOutput implements LineSink {
  readonly #setting: string;
  readonly #path: string;
  readonly #isShared: boolean;
  #descriptor: number;
  #writer: LineWriter;

  /**
   * @param setting that names the path, for errors
   * @param isShared whether other processes write there, too
   * @throws {LogFileError}
   */
  constructor(setting: string, path: string, isShared: boolean) {
    this.#setting = setting;
    this.#path = path;
    this.#isShared = isShared;
    this.#descriptor = this.#open();
    this.#writer = this.#makeWriter();
  }

  write(line: string): void {
    this.#writer.write(line);
  }

  /**
   * Goes on in a new file of the same name: the old one was renamed, and gets the lines that were written before.
   *
   * @returns resolves when the old file has them. @throws {LogFileError} when lines still go into the old one
   */
  reopen(): Promise<void> {
    if (this.#isStream) return Promise.resolve();
    const descriptor = this.#open();
    const done = this.#end();
    this.#descriptor = descriptor;
    this.#writer = this.#makeWriter();
    return done;
  }

  /** Writes what is left; a stream stays open. */
  close(): Promise<void> {
    return this.#end();
  }

  get #isStream(): boolean {
    return isStandardStream(this.#path);
  }

  #open(): number {
    const stream = STREAMS[this.#path];
    if (stream !== undefined) return stream();
    try {
      return openSync(this.#path, FLAGS, MODE);
    } catch (error) {
      throw new LogFileError(this.#setting, this.#path, error);
    }
  }

  #makeWriter(): LineWriter {
    const isPipe = this.#isShared && !fstatSync(this.#descriptor).isFile();
    return new LineWriter(this.#descriptor, isPipe ? { largestWrite: LARGEST_WRITE } : {});
  }

  async #end(): Promise<void> {
    const descriptor = this.#descriptor;
    // As long as a write hangs, the number must not become that of another file.
    if (!(await this.#writer.close()) || this.#isStream) return;
    try {
      closeSync(descriptor);
    } catch {
      // Over a network the last bytes may be refused here; nobody has them any more.
    }
  }
}
