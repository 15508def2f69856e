import type { Socket } from 'node:net';
import type { FromWorker } from './messages.js';

/** Milliseconds for which closed connections are counted before they are told. */
const CLOSED_INTERVAL = 50;

/** Tells the primary which connections a worker has taken, and how many of them have been closed. */
export class ConnectionReports {
  readonly #send: (message: FromWorker) => void;
  #taken: number[] = [];
  #closed = 0;
  #isPlanned = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (message: FromWorker) => void) {
    this.#send = send;
  }

  /** @param socket undefined when it was gone before it arrived */
  take(number: number, socket: Socket | undefined): void {
    this.#taken.push(number);
    if (socket === undefined) this.#closed += 1;
    else socket.once('close', this.#onClose);
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    // The loop reads the first bytes of a connection after this only: what is not told yet could still go elsewhere.
    setImmediate(this.#flush);
  }

  /** Tells what has not been told. */
  close(): void {
    if (this.#taken.length > 0 || this.#closed > 0) this.#flush();
  }

  readonly #onClose = (): void => {
    this.#closed += 1;
    this.#timer ??= setTimeout(this.#flush, CLOSED_INTERVAL).unref();
  };

  readonly #flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isPlanned = false;
    const message: FromWorker = { type: 'connections', taken: this.#taken, closed: this.#closed };
    this.#taken = [];
    this.#closed = 0;
    this.#send(message);
  };
}
