import type { Channel } from './channel.js';
import { Pause } from './pause.js';
import type { Resource } from './resource.js';
import { SpanQueue } from './span-queue.js';

/** Spans that wait for the collector; each takes one or two kilobytes. */
const CAPACITY = 4_096;
/** Spans of one delivery, and milliseconds that the first of them waits for others. */
const BATCH = 512;
const DELAY = 2_000;
/** Times that one delivery is tried. */
const TRIES = 5;

/** Delivers spans in batches, one at a time. Whoever hands them over never waits. */
export class TraceExport {
  readonly #channel: Channel;
  readonly #resource: Resource;
  readonly #queue: SpanQueue;
  readonly #pause = new Pause();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closing = false;

  constructor(channel: Channel, resource: Resource, capacity = CAPACITY) {
    this.#channel = channel;
    this.#resource = resource;
    this.#queue = new SpanQueue(capacity);
  }

  /** @param span in JSON */
  add(span: string): void {
    this.#queue.push(span);
    if (this.#running !== undefined) return;
    if (this.#queue.size >= BATCH) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), DELAY).unref();
  }

  /** Tries once more to deliver what is left. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#pause.end();
    // The delivery under way may have looked at what is left before it knew that this is the end.
    await this.#running;
    this.#start();
    await this.#running;
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running ??= this.#deliver().finally(() => {
      this.#running = undefined;
      if (this.#queue.size > 0 && !this.#closing)
        this.#timer ??= setTimeout(() => this.#start(), DELAY).unref();
    });
  }

  async #deliver(): Promise<void> {
    // A full batch goes at once, a smaller one when it has waited, or at the end.
    do {
      const batch = this.#queue.take(BATCH);
      if (batch.length === 0) return;
      if (!(await this.#deliverBatch(batch))) this.#channel.lose(batch.length);
      this.#channel.lose(this.#queue.takeDropped());
    } while (this.#queue.size >= BATCH || (this.#closing && this.#queue.size > 0));
  }

  async #deliverBatch(batch: readonly string[]): Promise<boolean> {
    const json = this.#resource.traces(batch);
    for (let failures = 1; failures <= TRIES; failures += 1) {
      const verdict = await this.#channel.send(json);
      if (verdict === 'taken') return true;
      if (verdict === 'refused') return false;
      if (this.#closing) return false;
      if (failures < TRIES) await this.#pause.wait(failures, verdict.later);
    }
    return false;
  }
}
