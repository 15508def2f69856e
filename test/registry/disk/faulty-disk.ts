import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireProgram, runProgram } from '../../harness/program.js';

const source = fileURLToPath(new URL('../../../../test/registry/disk/failing-disk.c', import.meta.url));

/** Kinds of calls, as failing-disk.c counts them. */
export const CALLS = {
  write: 1,
  sync: 2,
  rename: 4,
  create: 8,
  link: 16,
  unlink: 32,
  makeDirectory: 64,
  read: 128,
  times: 256,
} as const;

/** Every kind that needs room or a sound disk to write. */
export const WRITING =
  CALLS.write | CALLS.sync | CALLS.rename | CALLS.create | CALLS.link | CALLS.unlink | CALLS.makeDirectory;

/** What is to go wrong. */
export interface Fault {
  /** A sum of {@link CALLS}. */
  readonly calls: number;
  readonly error?: 'EIO' | 'ENOSPC' | 'EDQUOT';
  /** Calls that succeed first. */
  readonly skip?: number;
  /** Calls that fail then; all of them by default. */
  readonly burst?: number;
  /** Instead of both: one call in so many fails. */
  readonly chance?: number;
  readonly seed?: number;
  /** A failing write first writes a part. */
  readonly partial?: boolean;
}

/** One call that changed something, in the order of the calls. */
export interface LoggedCall {
  readonly what: string;
  readonly path: string;
  /** Where a rename or link leads. */
  readonly to: string;
}

const WORDS = 12;

/** Options for tests that need a {@link FaultyDisk}. */
export const needsCompiler = requireProgram('cc', 'build-essential');

/** A disk that fails on command, below one directory of one process: see failing-disk.c. */
export class FaultyDisk {
  /** What the process has to be started with. */
  readonly environment: Record<string, string>;
  readonly #control: number;
  readonly #log: string;

  private constructor(library: string, place: string, data: string) {
    const control = join(place, 'disk-control');
    this.#log = join(place, 'disk-log');
    writeFileSync(control, Buffer.alloc(WORDS * 4));
    this.#control = openSync(control, 'r+');
    this.environment = {
      LD_PRELOAD: library,
      FAILING_DISK: data,
      FAILING_DISK_CONTROL: control,
      // Ring buffers of the kernel would bypass the preloaded functions.
      UV_USE_IO_URING: '0',
    };
  }

  /** Compiles the library into a directory. @param data the directory whose files are to fail. */
  static async make(test: TestContext, place: string, data: string): Promise<FaultyDisk> {
    const library = join(place, 'failing-disk.so');
    const words = ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl'];
    const { code, stderr } = await runProgram('cc', words);
    if (code !== 0) throw new Error(`failing-disk.c does not compile: ${stderr}`);
    const disk = new FaultyDisk(library, place, data);
    test.after(() => closeSync(disk.#control));
    return disk;
  }

  /** The environment of a process that also logs what it changes; read it with {@link takeLog}. */
  get loggingEnvironment(): Record<string, string> {
    return { ...this.environment, FAILING_DISK_LOG: this.#log };
  }

  fail({ calls, error = 'EIO', skip = 0, burst = -1, chance = 0, seed = 1, partial = false }: Fault): void {
    const number = constants.errno[error];
    this.#set([1, calls, number, skip, burst, chance, seed, 0, 0, partial ? 1 : 0]);
  }

  /** Ends the process with SIGKILL at a call, before it is made. @param skip calls that are made first. */
  killAt(skip: number, calls = WRITING): void {
    this.#set([2, calls, 0, skip, 1, 0, 0, 0, 0, 0]);
  }

  heal(): void {
    this.#set([0]);
  }

  /** Calls that failed since the last command. */
  get failed(): number {
    const word = Buffer.alloc(4);
    readSync(this.#control, word, 0, 4, 8 * 4);
    return word.readInt32LE();
  }

  /** What has been changed since it was last asked. */
  takeLog(): LoggedCall[] {
    if (!existsSync(this.#log)) return [];
    const lines = readFileSync(this.#log, 'utf8').split('\n').slice(0, -1);
    truncateSync(this.#log);
    return lines.map((line) => {
      const [what = '', path = '', to = ''] = line.split('\t');
      return { what, path, to };
    });
  }

  #set(words: readonly number[]): void {
    const control = Buffer.alloc(WORDS * 4);
    // The mode is written last, so that no call sees a half of the command.
    words.forEach((word, index) => {
      control.writeInt32LE(word, index * 4);
    });
    writeSync(this.#control, Buffer.alloc(4), 0, 4, 0);
    writeSync(this.#control, control, 4, control.length - 4, 4);
    writeSync(this.#control, control, 0, 4, 0);
  }
}
