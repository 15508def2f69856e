import { Worker } from 'node:worker_threads';
import type { Answer, Job, Trouble, Work } from './job.js';

/** Something that the thread was asked for was not done. */
export class SearchTrouble extends Error {
  readonly code = 'SEARCH_TROUBLE';
  readonly trouble: Trouble;

  constructor(trouble: Trouble, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'SearchTrouble';
    this.trouble = trouble;
  }
}

/** Milliseconds that one job may take, and all that wait before it. */
const LONGEST = 60_000;

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What {@link Work} does, on a thread of its own. One that has died is replaced. It does not keep the process alive. */
export class SearchThread {
  readonly #data: { readonly library: string; readonly path: string };
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #last = 0;
  #isClosed = false;

  /** @param library name of the package to load. @param path of the database. */
  constructor(library: string, path: string) {
    this.#data = { library, path };
  }

  /** @throws {SearchTrouble} */
  run<Name extends keyof Work>(name: Name, ...args: Parameters<Work[Name]>): Promise<ReturnType<Work[Name]>> {
    if (this.#isClosed) return Promise.reject(new SearchTrouble('unavailable', 'the search is closed'));
    return new Promise((resolve, reject) => {
      this.#worker ??= this.#start();
      this.#worker.ref();
      this.#last += 1;
      const job: Job = { id: this.#last, name, args };
      this.#pending.set(job.id, { resolve: (result) => resolve(result as ReturnType<Work[Name]>), reject });
      this.#timer ??= this.#watch();
      this.#worker.postMessage(job);
    });
  }

  /** Ends the thread, after what it was asked for. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    if (this.#worker !== undefined) await this.run('close').catch(() => undefined);
    this.#isClosed = true;
    const worker = this.#worker;
    this.#end(worker, 'was closed');
    await worker?.terminate();
  }

  #start(): Worker {
    // Flags of the process such as --input-type would keep the worker from starting.
    const worker = new Worker(new URL('./search-worker.js', import.meta.url), {
      execArgv: [],
      workerData: this.#data,
    });
    worker.on('message', (answer: Answer) => this.#settle(answer));
    worker.on('messageerror', (error) => this.#end(worker, 'sent an answer that cannot be read', error));
    worker.on('error', (error) => this.#end(worker, 'failed', error));
    worker.on('exit', () => this.#end(worker, 'ended'));
    return worker;
  }

  #watch(): NodeJS.Timeout {
    const worker = this.#worker;
    return setTimeout(() => this.#end(worker, `took longer than ${LONGEST} ms`), LONGEST).unref();
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    clearTimeout(this.#timer);
    this.#timer = this.#pending.size > 0 ? this.#watch() : undefined;
    if (this.#pending.size === 0) this.#worker?.unref();
    if ('result' in answer) pending?.resolve(answer.result);
    else pending?.reject(new SearchTrouble(answer.trouble, answer.reason));
  }

  #end(worker: Worker | undefined, how: string, cause?: unknown): void {
    if (worker === undefined || this.#worker !== worker) return;
    this.#worker = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) {
      reject(new SearchTrouble('unavailable', `the thread that searches ${how}`, { cause }));
    }
    void worker.terminate();
  }
}
