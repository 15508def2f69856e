import { Worker } from 'node:worker_threads';
import { Slots } from '../../slots.js';
import { LayerUnreadable } from '../layer-unreadable.js';
import type { XzAnswer, XzOrder } from './xz-messages.js';

/** Threads that unpack xz at the same time; each takes up to 64 MiB for the dictionary of its file. */
const THREADS = new Slots(2);

/** What the decoder's numbers mean. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['3', 'needs more memory to unpack its xz data than there is'],
  ['4', 'needs a dictionary of more than 64 MiB to unpack its xz data'],
  ['5', 'has damaged xz data'],
  ['6', 'is compressed with options of xz that are not supported'],
  ['7', 'has damaged xz data'],
  ['8', 'ends inside its xz data, or has something behind them'],
]);

/**
 * Unpacks xz, of one stream or more, padded or not, with dictionaries of up to 64 MiB. A thread of its own does it: the
 * decoder's memory goes with the thread, it keeps nobody waiting, and an unfinished file does not hold up the next.
 *
 * @throws {LayerUnreadable} and whatever `source` throws.
 */
export async function* unxz(
  source: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  await THREADS.enter();
  let thread: XzThread | undefined;
  try {
    thread = new XzThread(source);
    for (let chunk = await thread.next(); chunk !== undefined; chunk = await thread.next()) yield chunk;
  } finally {
    await thread?.end();
    THREADS.leave();
    await source.return();
  }
}

class XzThread {
  readonly #worker = new Worker(new URL('./xz-worker.js', import.meta.url), { execArgv: [] });
  readonly #source: AsyncGenerator<Buffer, void, undefined>;
  readonly #chunks: Buffer[] = [];
  #isOver = false;
  #failure: unknown;
  #wake: (() => void) | undefined;

  constructor(source: AsyncGenerator<Buffer, void, undefined>) {
    this.#source = source;
    this.#worker.on('message', (answer: XzAnswer) => this.#hear(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread that unpacks xz has ended')));
  }

  /** The next bytes; undefined after the last. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#order('taken');
        return chunk;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isOver) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#worker.terminate();
  }

  #order(order: XzOrder): void {
    this.#worker.postMessage(order);
  }

  #hear(answer: XzAnswer): void {
    if (answer === 'want') void this.#give();
    else if (answer === 'end') this.#isOver = true;
    else if ('failure' in answer) this.#fail(unreadable(answer.failure));
    else this.#chunks.push(Buffer.from(answer.output.buffer, 0, answer.output.length));
    this.#wake?.();
  }

  async #give(): Promise<void> {
    try {
      const { value } = await this.#source.next();
      this.#order({ input: value ?? null });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (!this.#isOver) this.#failure ??= error;
    this.#wake?.();
  }
}

function unreadable(failure: string): LayerUnreadable {
  const code = /error code (\d+)/.exec(failure)?.[1] ?? '';
  return new LayerUnreadable(REASONS.get(code) ?? 'has damaged xz data', { cause: new Error(failure) });
}
