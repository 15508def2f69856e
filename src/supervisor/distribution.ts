import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Arrival, Handover } from './handover.js';

/** Connections of one worker at once; with all workers full, more are closed on arrival. */
const MOST_CONNECTIONS = 10_000;
/** Connections that wait while no worker is ready. */
const MOST_WAITING = 1_024;
/** Milliseconds between two log lines about connections that were closed. */
const COMPLAINT_INTERVAL = 10_000;
/** What breaks a connection before a worker has it, is found by the worker. */
const ignore = (): void => undefined;

/** Gives each connection to one of the workers that are ready. */
export class Distribution {
  readonly #logger: Logger;
  #ready: readonly Handover[] = [];
  #waiting: Arrival[] = [];
  /** Where the next look for a worker begins, so that equals take turns. */
  #turn = 0;
  #isClosed = false;
  #closed = 0;
  #complainedAt = Number.NEGATIVE_INFINITY;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Connections that wait for a worker. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** A worker takes connections from now on. */
  add(handover: Handover): void {
    this.#ready = [...this.#ready, handover];
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const arrival of waiting) this.give(arrival);
  }

  /** A worker takes no further connections. */
  remove(handover: Handover): void {
    this.#ready = this.#ready.filter((other) => other !== handover);
  }

  /** A connection has come in. Not a byte of it may have been read. */
  accept(socket: Socket, door: number): void {
    socket.on('error', ignore);
    // Else node would follow the connection on its own, in both processes, and the server's end would wait for it.
    (socket as { server?: unknown }).server = undefined;
    this.give({ socket, door, tries: 0 });
  }

  /** Sends a connection on its way, or lets it wait for the next worker that is ready. */
  give(arrival: Arrival): void {
    if (arrival.socket.destroyed) return;
    if (this.#ready.length === 0) {
      if (this.#isClosed) arrival.socket.destroy();
      else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(arrival);
      else this.#refuse(arrival, 'no worker is ready');
      return;
    }
    const chosen = this.#choose();
    if (chosen === undefined) this.#refuse(arrival, 'all workers have as many as they may');
    else chosen.send(arrival);
  }

  /** No further worker comes: nobody will take what waits. */
  close(): void {
    this.#isClosed = true;
    for (const { socket } of this.#waiting) socket.destroy();
    this.#waiting = [];
  }

  /**
   * The one with the fewest connections on their way to it, for one that is busy or stuck does not take them; among those, the
   * one with the fewest connections; among those, the next in turn. One that is short of files comes last.
   *
   * @returns undefined when all are full
   */
  #choose(): Handover | undefined {
    const { length } = this.#ready;
    let chosen: Handover | undefined;
    let at = 0;
    for (let step = 0; step < length; step += 1) {
      const index = (this.#turn + step) % length;
      const one = this.#ready[index];
      if (one === undefined || one.connections >= MOST_CONNECTIONS) continue;
      if (chosen !== undefined && !isFreer(one, chosen)) continue;
      chosen = one;
      at = index;
    }
    this.#turn = (at + 1) % length;
    return chosen;
  }

  #refuse({ socket }: Arrival, reason: string): void {
    socket.destroy();
    this.#closed += 1;
    const now = performance.now();
    if (now - this.#complainedAt < COMPLAINT_INTERVAL) return;
    this.#complainedAt = now;
    this.#logger.warn({ connections: this.#closed, reason }, 'connections were closed on arrival');
    this.#closed = 0;
  }
}

function isFreer(one: Handover, other: Handover): boolean {
  if (one.isShort !== other.isShort) return other.isShort;
  if (one.waiting !== other.waiting) return one.waiting < other.waiting;
  return one.connections < other.connections;
}
