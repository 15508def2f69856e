import type { Logger } from 'pino';
import { Deaths, Pauses, type RespawnLimits } from './respawn.js';
import type { Worker } from './worker.js';

export interface StaffOptions {
  /**
   * Starts a worker process.
   *
   * @throws when the system refuses another one
   */
  readonly hire: (index: number) => Worker;
  /** Lets a worker finish what it does, and end. */
  readonly dismiss: (worker: Worker) => void;
  /** All workers that there are to be are ready, for the first time. */
  readonly onComplete: () => void;
  /** A worker has ended that was not told to. */
  readonly onDeath: (worker: Worker) => void;
  /** They die again and again. */
  readonly onHopeless: (reason: string) => void;
  readonly limits: RespawnLimits;
  readonly logger: Logger;
}

/** A place for one worker. */
interface Place {
  readonly index: number;
  readonly pauses: Pauses;
  worker: Worker | undefined;
  /** The one that is to take its place, while it starts. */
  successor: Worker | undefined;
  /** Until another one is started. */
  timer: NodeJS.Timeout | undefined;
  restarts: number;
}

/** Keeps so many workers: replaces those that die after a pause, and those that want it one after the other. */
export class Staff {
  readonly #options: StaffOptions;
  readonly #deaths: Deaths;
  readonly #places: Place[] = [];
  /** Those who want to be replaced. */
  readonly #wishes: Worker[] = [];
  /** Where a worker is being replaced that runs well. */
  #replacing: Place | undefined;
  #wanted = 0;
  #deathCount = 0;
  #replacements = 0;
  #isComplete = false;
  #isClosed = false;

  constructor(options: StaffOptions) {
    this.#options = options;
    this.#deaths = new Deaths(options.limits);
  }

  /** Starts the first worker; the others when it is ready. It makes what is missing, and finds what is wrong, once. */
  begin(count: number): void {
    this.#wanted = count;
    this.#add();
  }

  /** From now on there are so many. */
  resize(count: number): void {
    this.#wanted = count;
    if (this.#isClosed || !this.#isComplete) return;
    while (this.#places.length < count) this.#add();
    for (const place of this.#places.splice(count)) {
      clearTimeout(place.timer);
      for (const worker of [place.worker, place.successor])
        if (worker !== undefined) this.#options.dismiss(worker);
      if (this.#replacing === place) this.#endReplacing();
    }
  }

  /** Starts another worker in the place of this one, which is dismissed when that is ready. */
  replace(worker: Worker): void {
    if (this.#isClosed || worker.isLeaving || this.#wishes.includes(worker)) return;
    if (this.#replacing?.worker === worker) return;
    this.#wishes.push(worker);
    this.#replaceNext();
  }

  /** Starts no further worker. */
  close(): void {
    this.#isClosed = true;
    for (const { timer } of this.#places) clearTimeout(timer);
  }

  /** Workers that have died without being told to. */
  get deaths(): number {
    return this.#deathCount;
  }

  /** Workers that have handed their place over to another one as planned. */
  get replacements(): number {
    return this.#replacements;
  }

  /** How often the worker of this place has died. */
  restarts(index: number): number {
    return this.#places[index]?.restarts ?? 0;
  }

  ready(worker: Worker): void {
    this.#deaths.interrupt();
    const place = this.#places[worker.start.index];
    if (place?.successor === worker) {
      const old = place.worker;
      place.worker = worker;
      place.successor = undefined;
      this.#replacements += 1;
      if (old !== undefined) this.#options.dismiss(old);
      this.#endReplacing();
    }
    if (this.#isComplete || this.#isClosed) return;
    while (this.#places.length < this.#wanted) this.#add();
    if (this.#places.some(({ worker: other }) => other?.state !== 'ready')) return;
    this.#isComplete = true;
    this.#options.onComplete();
    this.resize(this.#wanted);
  }

  ended(worker: Worker): void {
    const place = this.#places[worker.start.index];
    if (this.#isClosed || worker.isLeaving || place === undefined) return;
    this.#tellDeath(worker);
    this.#deathCount += 1;
    this.#options.onDeath(worker);
    if (place.worker === worker) this.#die(place, worker.wasReady, performance.now() - worker.startedAt);
    else if (place.successor === worker) {
      // Nobody misses it: the one that it was to replace still runs.
      place.successor = undefined;
      this.#fillLater(place, 0);
    }
  }

  #tellDeath({ start, pid, code, signal, handover, failure }: Worker): void {
    const { connections } = handover;
    this.#options.logger.error(
      { worker: start.index, pid, code, signal, connections, reason: failure?.message },
      'a worker has died',
    );
  }

  #add(): void {
    const place: Place = {
      index: this.#places.length,
      pauses: new Pauses(this.#options.limits),
      worker: undefined,
      successor: undefined,
      timer: undefined,
      restarts: 0,
    };
    this.#places.push(place);
    this.#fill(place);
  }

  #die(place: Place, wasReady: boolean, lived: number): void {
    place.worker = undefined;
    place.restarts += 1;
    const isServed = this.#places.some(({ worker }) => worker?.state === 'ready');
    const reason = this.#deaths.add(performance.now(), wasReady, isServed);
    if (reason !== undefined) this.#options.onHopeless(reason);
    else if (place.successor === undefined) this.#fillLater(place, lived);
    else {
      place.worker = place.successor;
      place.successor = undefined;
    }
    if (place === this.#replacing) this.#endReplacing();
  }

  #fillLater(place: Place, lived: number): void {
    clearTimeout(place.timer);
    place.timer = setTimeout(() => this.#fill(place), place.pauses.next(lived));
  }

  #fill(place: Place): void {
    if (this.#isClosed) return;
    try {
      if (place.worker === undefined) place.worker = this.#options.hire(place.index);
      else if (place === this.#replacing) place.successor = this.#options.hire(place.index);
    } catch (err) {
      this.#options.logger.error({ err, worker: place.index }, 'a worker could not be started');
      if (place.worker === undefined) this.#die(place, false, 0);
      else this.#fillLater(place, 0);
    }
  }

  #replaceNext(): void {
    while (this.#replacing === undefined) {
      const worker = this.#wishes.shift();
      if (worker === undefined) return;
      const place = this.#places.find((each) => each.worker === worker);
      if (place === undefined) continue;
      this.#replacing = place;
      this.#options.logger.info({ worker: place.index, pid: worker.pid }, 'a worker is being replaced');
      this.#fill(place);
    }
  }

  #endReplacing(): void {
    this.#replacing = undefined;
    if (!this.#isClosed) this.#replaceNext();
  }
}
