import { availableParallelism } from 'node:os';
import type { Job, JobResult } from './job.js';
import { HtpasswdError } from './problem.js';
import { VerificationThread } from './verification-thread.js';

/** More password checks wait than the pool takes. Nothing was checked: the caller answers 503 with `Retry-After`. */
export class VerificationOverloaded extends HtpasswdError {
  constructor(waiting: number) {
    super('VERIFICATION_OVERLOADED', `${waiting} password checks are waiting already; try again in a moment`);
    this.name = 'VerificationOverloaded';
  }
}

export interface VerificationPoolOptions {
  /** Threads. Default: one fewer than the processors, at least 1, at most 4. */
  readonly size?: number;
  /** Jobs that may wait while all threads are busy. Default 256. */
  readonly waiting?: number;
  /** Milliseconds that one job may take once it runs. Default 60,000. */
  readonly timeout?: number;
  /** Told of each job that is done, and how many milliseconds it took. Must not throw. */
  readonly onDone?: (milliseconds: number) => void;
}

interface Waiting {
  readonly job: Job;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: unknown) => void;
}

const MOST_THREADS = 4;
const DEFAULT_WAITING = 256;
const DEFAULT_TIMEOUT = 60_000;

/**
 * Threads for password arithmetic, apart from the event loop and from libuv's pool, which file operations need.
 * First come, first served. Threads start when first needed and do not keep the process alive.
 */
export class VerificationPool {
  readonly #size: number;
  readonly #limit: number;
  readonly #timeout: number;
  readonly #onDone: ((milliseconds: number) => void) | undefined;
  readonly #threads = new Set<VerificationThread>();
  readonly #idle: VerificationThread[] = [];
  readonly #queue: Waiting[] = [];
  #closed = false;

  constructor(options: VerificationPoolOptions = {}) {
    this.#size = options.size ?? Math.min(MOST_THREADS, Math.max(1, availableParallelism() - 1));
    this.#limit = options.waiting ?? DEFAULT_WAITING;
    this.#timeout = options.timeout ?? DEFAULT_TIMEOUT;
    this.#onDone = options.onDone;
  }

  /** Jobs that wait for a thread. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Jobs that a thread does at the moment. */
  get running(): number {
    return this.#threads.size - this.#idle.length;
  }

  /**
   * @throws {VerificationOverloaded} when too many wait.
   * @throws {HtpasswdError} `VERIFICATION_FAILED` when the thread died; `VERIFICATION_CLOSED` after {@link close}.
   */
  run(job: Job): Promise<JobResult> {
    if (this.#closed) return Promise.reject(closed());
    if (this.#idle.length > 0 || this.#threads.size < this.#size) return this.#give(job);
    if (this.#queue.length >= this.#limit)
      return Promise.reject(new VerificationOverloaded(this.#queue.length));
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
    });
  }

  /** Ends all threads. Jobs that run or wait are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(closed());
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  async #give(job: Job): Promise<JobResult> {
    let thread: VerificationThread | undefined;
    try {
      thread = this.#take();
      const start = performance.now();
      const result = await thread.run(job);
      this.#onDone?.(performance.now() - start);
      return result;
    } finally {
      if (thread?.isAlive) this.#idle.push(thread);
      else if (thread !== undefined) this.#threads.delete(thread);
      this.#next();
    }
  }

  /** An idle thread that still lives, or a new one. */
  #take(): VerificationThread {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.isAlive) return idle;
      this.#threads.delete(idle);
    }
    const thread = new VerificationThread(this.#timeout);
    this.#threads.add(thread);
    return thread;
  }

  #next(): void {
    const first = this.#queue.shift();
    if (first !== undefined) this.#give(first.job).then(first.resolve, first.reject);
  }
}

function closed(): HtpasswdError {
  return new HtpasswdError('VERIFICATION_CLOSED', 'passwords are no longer checked: the process is stopping');
}
