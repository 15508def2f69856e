import { Worker } from 'node:worker_threads';
import type { Answer, Job, JobResult } from './job.js';
import { HtpasswdError } from './problem.js';

interface Pending {
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * A thread that does one job at a time. It keeps the process alive while it has one and not otherwise.
 * Once it has died it stays dead: whoever owns it makes another.
 */
export class VerificationThread {
  readonly #worker: Worker;
  readonly #timeout: number;
  #pending: Pending | undefined;
  #alive = true;

  /** @param timeout Milliseconds after which a job is given up, and the thread with it. */
  constructor(timeout: number) {
    this.#timeout = timeout;
    // Flags of the process such as --input-type would keep the worker from starting.
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('messageerror', (error) => this.#die('sent an answer that cannot be read', error));
    this.#worker.on('error', (error) => this.#die('failed', error));
    this.#worker.on('exit', () => this.#die('ended', undefined));
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  /**
   * Does a job. The bytes of its password move to the thread and are gone here.
   *
   * @throws {HtpasswdError} `VERIFICATION_FAILED` when the thread dies or the time is up.
   */
  run(job: Job): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#die(`took longer than ${this.#timeout} ms`, undefined),
        this.#timeout,
      );
      timer.unref();
      this.#pending = { resolve, reject, timer };
      this.#worker.ref();
      this.#worker.postMessage(job, [job.password.buffer]);
    });
  }

  /** Ends the thread; a running job is rejected. */
  async close(): Promise<void> {
    this.#die('was closed', undefined);
    await this.#worker.terminate();
  }

  #settle(answer: Answer): void {
    const pending = this.#take();
    if ('result' in answer) pending?.resolve(answer.result);
    else
      pending?.reject(new HtpasswdError('VERIFICATION_FAILED', `a password hash failed: ${answer.failure}`));
  }

  #die(how: string, cause: unknown): void {
    if (!this.#alive) return;
    this.#alive = false;
    const pending = this.#take();
    pending?.reject(
      new HtpasswdError('VERIFICATION_FAILED', `the thread that checks passwords ${how}; try again`, {
        cause,
      }),
    );
    void this.#worker.terminate();
  }

  #take(): Pending | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    clearTimeout(pending?.timer);
    this.#worker.unref();
    return pending;
  }
}
