import type { Socket } from 'node:net';
import type { Configuration } from '../configuration/configuration.js';
import type { SiblingChannel } from '../identity/guard-exchange.js';
import { ConnectionReports } from './connection-reports.js';
import {
  type Answer,
  type FromWorker,
  failureOf,
  pack,
  type Question,
  type ToWorker,
  unpack,
  type WorkerStart,
} from './messages.js';

/** What a worker does when the primary says so. None of them runs before the one before it is done, but for the last two. */
export interface WorkerDuties {
  /**
   * Builds all that answers requests, without listening.
   *
   * @throws {ConfigurationError} travels to the primary with its problems
   */
  start(start: WorkerStart): Promise<void>;
  /** Takes a connection. It may be half open, and is without Nagle's algorithm. */
  connection(socket: Socket, door: number): void;
  /**
   * Builds what another configuration asks for, beside what runs.
   *
   * @throws {ConfigurationError} travels to the primary with its problems; what was built must be gone then
   */
  prepare(configuration: Configuration): Promise<void>;
  /** What was prepared holds from now on. */
  commit(): Promise<void> | void;
  /** What was prepared, if anything was, is not wanted. */
  discard(): Promise<void> | void;
  useTicketKeys(keys: Buffer): void;
  /** Opens anew the files that something else rotates. */
  reopen(): Promise<void>;
  /** The worker's metrics, of a kind that can be cloned (HTML's structured clone). */
  metrics(): unknown;
  /** Lets what runs come to its end, and closes everything. The process ends then. */
  drain(): Promise<void>;
  /** Cuts what runs: the time to finish is over. */
  abort(): Promise<void>;
}

/** Milliseconds that cutting may take. */
const ABORT_LIMIT = 3_000;
/** What a worker of a configuration with a limit of requests serves beyond that, at most, so that not all end at once. */
const JITTER = 0.1;

/** A worker's side of its connection with the primary, over the channel that {@link process} was started with. */
export class WorkerLink {
  /** How the worker's guard talks to those of the other workers. */
  readonly siblings: SiblingChannel = process;
  readonly #duties: WorkerDuties;
  readonly #reports = new ConnectionReports((message) => this.#send(message));
  /** Ends when the duty that came last is done. Never rejects. */
  #duty: Promise<void> = Promise.resolve();
  #state: 'starting' | 'running' | 'draining' | 'aborting' = 'starting';
  #configuration: Configuration | undefined;
  #prepared: Configuration | undefined;
  #served = 0;
  #mostServed = Number.POSITIVE_INFINITY;

  constructor(duties: WorkerDuties) {
    this.#duties = duties;
    process.on('message', (message: ToWorker, socket: unknown) => this.#hear(unpack(message), socket));
    process.once('disconnect', () => this.#drain());
    // Signals go to a whole group of processes often, and the primary knows what they mean.
    for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, ignore);
    process.on('SIGTERM', () => this.#send({ type: 'recycle' }));
    this.#send({ type: 'hello' });
    if (!process.connected) this.#drain();
  }

  /** A request has been served. After so many as the configuration says, the worker asks to be replaced. */
  served(): void {
    this.#served += 1;
    if (this.#served === this.#mostServed) this.#send({ type: 'recycle' });
  }

  #hear(message: ToWorker, socket: unknown): void {
    switch (message.type) {
      case 'start':
        void this.#start(message.start, message.requests);
        return;
      case 'connection':
        this.#take(message.number, message.door, socket as Socket | undefined);
        return;
      case 'question':
        void this.#answer(message.number, message.question);
        return;
      case 'ticketKeys':
        void this.#inTurn(async () => this.#duties.useTicketKeys(message.keys));
        return;
      case 'reopen':
        void this.#inTurn(() => this.#duties.reopen());
        return;
      case 'drain':
        this.#drain();
        return;
      case 'abort':
        void this.#abort();
        return;
      default:
      // Guesses at siblings: the guard hears them on the same channel.
    }
  }

  async #start(start: WorkerStart, requests: number): Promise<void> {
    const { failure } = await this.#inTurn(() => this.#duties.start(start));
    if (failure !== undefined) {
      const code = failure.problems === undefined ? 1 : 2;
      this.#send({ type: 'failed', failure }, () => process.exit(code));
      return;
    }
    this.#configuration = start.configuration;
    this.#limitRequests(requests);
    if (this.#state !== 'starting') return;
    this.#state = 'running';
    this.#send({ type: 'ready' });
  }

  #take(number: number, door: number, socket: Socket | undefined): void {
    this.#reports.take(number, socket);
    if (socket === undefined) return;
    socket.allowHalfOpen = true;
    socket.setNoDelay(true);
    this.#duties.connection(socket, door);
  }

  async #answer(number: number, question: Question): Promise<void> {
    const answer = await this.#answerTo(question);
    try {
      this.#send({ type: 'answer', number, answer });
    } catch (error) {
      // Metrics with something in them that cannot travel.
      this.#send({ type: 'answer', number, answer: { failure: failureOf(error) } });
    }
  }

  #answerTo(question: Question): Promise<Answer> | Answer {
    switch (question.type) {
      case 'ping':
        return {};
      case 'collect':
        return answerOf(async () => this.#duties.metrics());
      case 'prepare':
        return this.#inTurn(async () => {
          await this.#duties.prepare(question.configuration);
          this.#prepared = question.configuration;
        });
      case 'commit':
        return this.#inTurn(async () => {
          await this.#duties.commit();
          this.#configuration = this.#prepared ?? this.#configuration;
          this.#prepared = undefined;
          this.#limitRequests(question.requests);
        });
      case 'discard':
        return this.#inTurn(async () => {
          this.#prepared = undefined;
          await this.#duties.discard();
        });
    }
  }

  /** Runs one duty after the others. */
  #inTurn(duty: () => Promise<void>): Promise<Answer> {
    const answer = this.#duty.then(() => answerOf(duty));
    this.#duty = answer.then(ignore);
    return answer;
  }

  #limitRequests(requests: number): void {
    const jitter = Math.floor(Math.random() * JITTER * requests);
    this.#mostServed = requests === 0 ? Number.POSITIVE_INFINITY : requests + jitter;
    if (this.#served >= this.#mostServed) this.#send({ type: 'recycle' });
  }

  /** Also when the primary has gone: nobody would ever end this process otherwise. */
  #drain(): void {
    if (this.#state === 'draining' || this.#state === 'aborting') return;
    const hasStarted = this.#state === 'running';
    this.#state = 'draining';
    // Nobody has been served, and what was being built is left as a killed process would leave it.
    if (!hasStarted) this.#end();
    setTimeout(() => void this.#abort(), this.#configuration?.timeouts.grace ?? 0).unref();
    this.#duties.drain().then(
      () => this.#leave(),
      (error: unknown) => this.#fail(error),
    );
  }

  async #abort(): Promise<void> {
    if (this.#state === 'aborting') return;
    this.#state = 'aborting';
    setTimeout(() => process.exit(1), ABORT_LIMIT).unref();
    await this.#duties.abort().catch((error: unknown) => this.#fail(error));
    await this.#leave();
  }

  /** Tells what was counted last, and ends. */
  async #leave(): Promise<void> {
    // A primary that hears nothing any more must not keep this process.
    setTimeout(() => this.#end(), ABORT_LIMIT).unref();
    const { value, failure } = await answerOf(async () => this.#duties.metrics());
    if (failure !== undefined || !process.connected) this.#end();
    this.#reports.close();
    this.#send({ type: 'farewell', metrics: value }, () => this.#end());
  }

  #end(): never {
    this.#reports.close();
    process.exit();
  }

  #fail(error: unknown): void {
    process.stderr.write(`dockgate: a worker could not be stopped cleanly: ${failureOf(error).message}\n`);
    process.exitCode = 1;
    this.#end();
  }

  #send(message: FromWorker, sent: () => void = ignore): void {
    // With a function for errors none is thrown or emitted: the primary may be gone at any time.
    if (process.connected) process.send?.(pack(message), undefined, undefined, sent);
    else sent();
  }
}

async function answerOf(work: () => Promise<unknown>): Promise<Answer> {
  try {
    return { value: await work() };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function ignore(): void {}
