import type { Delivery } from './delivery.js';

/** What to wait for, and how long. Milliseconds. */
export interface IdleLimits {
  /** Without progress that the client has to make. */
  readonly client: number;
  /** Without progress that the upstream has to make. */
  readonly upstream: number;
  /** Without progress in a body that is read only to be dropped. */
  readonly drain: number;
  /** Bytes a second of a request's body, measured over `client` milliseconds; 0 for no minimum. */
  readonly minimumRate: number;
}

/** Whose turn it was when nothing moved for too long. */
export type Culprit = 'client' | 'upstream';

/**
 * How much longer a client may take to read than to send. The system takes further bytes for a client only when a third
 * of its buffer has become free, which can be a megabyte: a slow reader shows no progress in between.
 */
const PATIENCE = 5;
/** Milliseconds after which an unwanted body is cut, however fast it arrives. */
const DRAIN_LIMIT = 30_000;

interface Watched {
  closedAt: number | undefined;
  moved: number;
  movedAt: number;
  windowBytes: number;
  windowAt: number;
}

const INTERVAL = 1_000;

/**
 * Ends exchanges in which nothing moves. One timer looks at all of them once a second, which costs a request two
 * operations on a map instead of several timers; the limits are therefore kept to the second. There is no limit on
 * the whole time of an exchange.
 */
export class IdleWatch {
  readonly #limits: IdleLimits;
  readonly #onExpired: (delivery: Delivery, culprit: Culprit) => void;
  readonly #onGone: (delivery: Delivery) => void;
  readonly #now: () => number;
  readonly #watched = new Map<Delivery, Watched | undefined>();
  readonly #waiting: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(
    limits: IdleLimits,
    onExpired: (delivery: Delivery, culprit: Culprit) => void,
    onGone: (delivery: Delivery) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#limits = limits;
    this.#onExpired = onExpired;
    this.#onGone = onGone;
    this.#now = now;
    this.#timer = setInterval(() => this.look(), INTERVAL).unref();
  }

  /** How many exchanges are under way. */
  get size(): number {
    return this.#watched.size;
  }

  /** Resolves once no exchange is under way. */
  async whenEmpty(): Promise<void> {
    if (this.#watched.size === 0) return;
    // What is waited for may depend on nothing but this timer, and must keep the process alive.
    this.#timer.ref();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #remove(delivery: Delivery): void {
    this.#watched.delete(delivery);
    if (this.#watched.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The exchanges under way, including those whose request is still being read after the reply. */
  deliveries(): IterableIterator<Delivery> {
    return this.#watched.keys();
  }

  add(delivery: Delivery): void {
    this.#watched.set(delivery, undefined);
  }

  /** The reply is over. The request's body may still be arriving, and is watched until it has. */
  finish(delivery: Delivery): void {
    if (delivery.request.complete || delivery.request.socket.destroyed) this.#remove(delivery);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Looks at every exchange once. */
  look(): void {
    const now = this.#now();
    for (const [delivery, state] of this.#watched) {
      if (delivery.closed && (delivery.request.complete || delivery.request.socket.destroyed)) {
        this.#remove(delivery);
        continue;
      }
      if (delivery.request.socket.destroyed) {
        // A reply that was waiting for its turn on the connection is not told that the connection has gone.
        this.#onGone(delivery);
        continue;
      }
      const moved = delivery.request.received + delivery.sent + delivery.flushed;
      if (state === undefined) {
        const received = delivery.request.received;
        this.#watched.set(delivery, {
          closedAt: undefined,
          moved,
          movedAt: now,
          windowBytes: received,
          windowAt: now,
        });
        continue;
      }
      this.#lookAt(delivery, state, moved, now);
    }
  }

  #lookAt(delivery: Delivery, state: Watched, moved: number, now: number): void {
    const { request } = delivery;
    const receives = !request.complete && !(request.isPaused() && !delivery.closed);
    if (moved !== state.moved) {
      state.moved = moved;
      state.movedAt = now;
    }
    const idle = now - state.movedAt;
    if (delivery.closed) {
      state.closedAt ??= now;
      const isLate = now - state.closedAt >= DRAIN_LIMIT;
      const isSlow = this.#isTooSlow(state, request.received, now);
      if (isLate || isSlow || idle >= this.#limits.drain) request.socket.destroy();
    } else if (delivery.response.socket === null) {
      // Another reply has the connection; how long that one takes is not this one's doing.
      state.movedAt = now;
    } else if (receives || delivery.waitsForClient) {
      const limit = delivery.waitsForClient ? PATIENCE * this.#limits.client : this.#limits.client;
      if (idle >= limit || (receives && this.#isTooSlow(state, request.received, now))) {
        this.#onExpired(delivery, 'client');
      }
    } else if (idle >= this.#limits.upstream) {
      this.#onExpired(delivery, 'upstream');
    }
    if (!receives) {
      state.windowAt = now;
      state.windowBytes = request.received;
    }
  }

  #isTooSlow(state: Watched, received: number, now: number): boolean {
    const elapsed = now - state.windowAt;
    if (elapsed < this.#limits.client) return false;
    const tooSlow = received - state.windowBytes < (this.#limits.minimumRate * elapsed) / 1_000;
    state.windowAt = now;
    state.windowBytes = received;
    return tooSlow;
  }
}
