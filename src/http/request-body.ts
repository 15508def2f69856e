import { Readable } from 'node:stream';
import type { Incoming } from './incoming.js';
import type { ReplayBudget } from './replay-budget.js';

/** Bytes handed on at once. TLS delivers records of 16 KiB; a write for each of them costs more than a copy. */
const BATCH = 65_536;
/** Bytes up to which a body is kept for a second try: a registry's manifests are not larger. */
const REPLAY_LIMIT = 4 * 1024 * 1024;
/** Of a body that is known to be larger, its beginning: enough to find out that a kept connection had died. */
const LARGE_REPLAY_LIMIT = 131_072;

/** What a small piece costs in memory beside its bytes, so that a body of single bytes is not taken for a small one. */
const PIECE_COST = 512;

/**
 * A request's body on its way to whoever reads it. Stands between the client's connection and the reader, so that the end of
 * one is not the end of the other, and remembers the beginning in case it has to be sent again.
 */
export class RequestBody extends Readable {
  readonly #source: Incoming;
  readonly #budget: ReplayBudget | undefined;
  readonly #limit: number;
  #kept: Buffer[] | undefined;
  #keptBytes = 0;
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #scheduled = false;
  #attached = true;

  /** @param budget what may be kept for another try; without one, nothing @param again what an earlier try has taken from the source */
  constructor(
    source: Incoming,
    contentLength: number | undefined,
    budget?: ReplayBudget,
    again?: readonly Buffer[],
  ) {
    super({ highWaterMark: BATCH });
    this.#source = source;
    this.#budget = budget;
    this.#limit =
      contentLength === undefined || contentLength <= REPLAY_LIMIT ? REPLAY_LIMIT : LARGE_REPLAY_LIMIT;
    // Whoever reads listens for errors in time or not at all; the client's leaving must not end the process.
    this.on('error', () => {});
    if (budget !== undefined) this.#kept = [];
    for (const chunk of again ?? []) {
      this.#keep(chunk);
      this.push(chunk);
    }
    source.on('data', this.#onData);
    source.once('end', this.#onEnd);
    source.once('close', this.#onClose);
    if (source.readableEnded) process.nextTick(this.#onEnd);
  }

  override _read(): void {
    if (this.#attached) this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#detach();
    callback(error);
  }

  /** All that was taken from the source so far, if it is all still here. The body must have been destroyed. */
  replay(): readonly Buffer[] | undefined {
    if (this.#kept === undefined) return undefined;
    return this.#pieces.length === 0 ? this.#kept : [...this.#kept, ...this.#pieces];
  }

  /** No second try will be needed. */
  forgetReplay(): void {
    this.#budget?.give(this.#keptBytes);
    this.#keptBytes = 0;
    this.#kept = undefined;
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#pieces.push(chunk);
    this.#pieceBytes += chunk.length;
    if (this.#pieceBytes >= BATCH) this.#flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(this.#onTurn);
    }
  };

  readonly #onTurn = (): void => {
    this.#scheduled = false;
    if (this.#attached) this.#flush();
  };

  readonly #onEnd = (): void => {
    if (!this.#attached) return;
    this.#flush();
    this.push(null);
  };

  readonly #onClose = (): void => {
    if (this.#attached && !this.#source.complete) this.destroy(new Error('the client has gone'));
  };

  #flush(): void {
    const [first, ...others] = this.#pieces;
    if (first === undefined) return;
    const batch = others.length === 0 ? first : Buffer.concat(this.#pieces, this.#pieceBytes);
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.#keep(batch);
    if (!this.push(batch)) this.#source.pause();
  }

  #keep(batch: Buffer): void {
    if (this.#kept === undefined) return;
    const cost = Math.max(batch.length, PIECE_COST);
    if (this.#keptBytes + cost > this.#limit || !this.#budget?.take(cost)) {
      this.forgetReplay();
      return;
    }
    this.#kept.push(batch);
    this.#keptBytes += cost;
  }

  #detach(): void {
    if (!this.#attached) return;
    this.#attached = false;
    this.#source.off('data', this.#onData);
    this.#source.off('end', this.#onEnd);
    this.#source.off('close', this.#onClose);
    this.#source.pause();
  }
}
