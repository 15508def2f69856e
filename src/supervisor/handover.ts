import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { ToWorker } from './messages.js';

/** A connection that no worker has yet. */
export interface Arrival {
  readonly socket: Socket;
  readonly door: number;
  /** Workers that it was sent to, and that did not take it. */
  tries: number;
}

/** Workers that a connection is sent to before it is closed: one that none can take must not go round for ever. */
const MOST_TRIES = 3;
const KEEP_OPEN = { keepOpen: true };
/** A message that does not get through belongs to a worker that is going; its connections are handed on at its end. */
const ignore = (): void => undefined;

/**
 * The connections of one worker. A connection is sent with a number, and a copy of it is kept open until the worker has
 * told that it has taken it: a worker that dies before has read none of its bytes, so it can go to another one.
 */
export class Handover {
  readonly #process: Pick<ChildProcess, 'send'>;
  readonly #sent = new Map<number, Arrival>();
  #next = 0;
  #taken = 0;
  #isShort = false;

  constructor(process: Pick<ChildProcess, 'send'>) {
    this.#process = process;
  }

  /** Connections that are on their way to the worker. */
  get waiting(): number {
    return this.#sent.size;
  }

  /** All connections of the worker, also those on their way. */
  get connections(): number {
    return this.#taken + this.#sent.size;
  }

  /** It had no file descriptor left for a connection a short while ago. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** Number of the connection to be sent next. */
  get next(): number {
    return this.#next;
  }

  send(arrival: Arrival): void {
    const message: ToWorker = { type: 'connection', number: this.#next, door: arrival.door };
    this.#sent.set(this.#next, arrival);
    this.#next += 1;
    arrival.tries += 1;
    this.#process.send?.(message, arrival.socket, KEEP_OPEN, ignore);
  }

  /** The worker reports. */
  report(taken: readonly number[], closed: number): void {
    for (const number of taken) {
      const arrival = this.#sent.get(number);
      if (arrival === undefined) continue;
      this.#sent.delete(number);
      this.#taken += 1;
      // Closes our descriptor of the connection. The connection itself ends with the last one, which the worker has.
      arrival.socket.destroy();
    }
    this.#taken = Math.max(0, this.#taken - closed);
  }

  /**
   * Takes back what was sent and has not been taken. Messages keep their order, so once the worker has answered to something
   * that was sent later, a connection has been lost: the worker had no file descriptor left for it.
   *
   * @param before the first number not meant; by default all are
   * @returns those that may be sent to another worker
   */
  takeBack(before = this.#next): readonly Arrival[] {
    const back: Arrival[] = [];
    for (const [number, arrival] of this.#sent) {
      if (number >= before) break;
      this.#sent.delete(number);
      if (arrival.tries < MOST_TRIES) back.push(arrival);
      else arrival.socket.destroy();
    }
    this.#isShort = back.length > 0;
    return back;
  }
}
