import type { Logger } from 'pino';
import type { Worker } from './worker.js';

/** All in milliseconds. */
export interface HeartbeatLimits {
  /** Between two questions. */
  readonly interval: number;
  /** Without a sign of life after which a worker is taken for stuck; gunicorn's `timeout`. */
  readonly silence: number;
}

export const HEARTBEAT_LIMITS: HeartbeatLimits = { interval: 5_000, silence: 30_000 };

/** Asks the workers now and then whether they are alive, and ends those whose event loop is stuck. */
export class Heartbeat {
  readonly #workers: Iterable<Worker>;
  readonly #limits: HeartbeatLimits;
  readonly #logger: Logger;
  readonly #onLost: (worker: Worker, before: number) => void;
  readonly #timer: NodeJS.Timeout;
  #beatAt = performance.now();

  /** @param onLost a worker is past the message that was sent before the connection of this number */
  constructor(
    workers: Iterable<Worker>,
    limits: HeartbeatLimits,
    logger: Logger,
    onLost: (worker: Worker, before: number) => void,
  ) {
    this.#workers = workers;
    this.#limits = limits;
    this.#logger = logger;
    this.#onLost = onLost;
    this.#timer = setInterval(() => this.beat(performance.now()), limits.interval);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** @param now of a steady clock */
  beat(now: number): void {
    const { interval, silence } = this.#limits;
    // We come late ourselves: the machine slept, or all of us were stopped. Nobody could give a sign of life.
    const hasSlept = now - this.#beatAt > 2 * interval;
    this.#beatAt = now;
    for (const worker of this.#workers) {
      if (worker.isKilled) continue;
      if (hasSlept) worker.heardAt = now;
      const silent = now - worker.heardAt;
      if (silent > silence) this.#end(worker, silent);
      else void this.#ask(worker);
    }
  }

  #end(worker: Worker, silent: number): void {
    this.#logger.error(
      { worker: worker.start.index, pid: worker.pid, silent: Math.round(silent) },
      'a worker is stuck, and is killed',
    );
    worker.kill();
  }

  async #ask(worker: Worker): Promise<void> {
    const { next } = worker.handover;
    const answer = await worker.ask({ type: 'ping' }, this.#limits.silence);
    if (answer !== undefined) this.#onLost(worker, next);
  }
}
