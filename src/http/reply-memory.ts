import { Failure } from '../exchange/failure.js';
import type { ReplyBody } from '../exchange/reply.js';

/** Bytes of a body that are not counted: no more than what waits for a client anyway. */
const FREE = 65_536;

/** Bounds the memory that bodies of replies take while slow clients read them. Bytes that replies share count once. */
export class ReplyMemory {
  #left: number;
  readonly #users = new Map<Uint8Array, number>();

  /** @param bytes that may be held at a time, over all replies together. */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /**
   * Counts a body.
   *
   * @returns undefined when it need not be counted, otherwise what to call once when it is no longer held.
   * @throws {Failure} 503 when there is no room for it.
   */
  hold(body: ReplyBody | undefined): (() => void) | undefined {
    if (typeof body === 'string' && body.length > FREE) {
      this.#take(body.length);
      return () => this.#give(body.length);
    }
    if (!(body instanceof Uint8Array) || body.length <= FREE) return undefined;
    const users = this.#users.get(body) ?? 0;
    if (users === 0) this.#take(body.length);
    this.#users.set(body, users + 1);
    return () => this.#release(body);
  }

  #release(body: Uint8Array): void {
    const users = (this.#users.get(body) ?? 1) - 1;
    if (users > 0) {
      this.#users.set(body, users);
      return;
    }
    this.#users.delete(body);
    this.#give(body.length);
  }

  #take(bytes: number): void {
    if (bytes > this.#left) throw busy();
    this.#left -= bytes;
  }

  #give(bytes: number): void {
    this.#left += bytes;
  }
}

function busy(): Failure {
  return new Failure(503, 'UNAVAILABLE', 'too many clients are reading long lists; try again in a moment', {
    headers: { 'retry-after': 1 },
  });
}
