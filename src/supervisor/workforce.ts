import type { AddressInfo, Socket } from 'node:net';
import type { Configuration } from '../configuration/configuration.js';
import { ConfigurationError, type Problem } from '../configuration/problem.js';
import { relayGuesses } from '../identity/guard-relay.js';
import { Distribution } from './distribution.js';
import { Heartbeat } from './heartbeat.js';
import type { WorkerStart } from './messages.js';
import { Outcome } from './outcome.js';
import { Roster } from './roster.js';
import { Staff } from './staff.js';
import { takeOver } from './takeover.js';
import { TicketKeys } from './ticket-keys.js';
import { howEnded, Worker } from './worker.js';
import {
  countOf,
  requestsOf,
  WORKFORCE_LIMITS,
  type WorkerStatus,
  WorkforceFailure,
  type WorkforceLimits,
  type WorkforceOptions,
} from './workforce-options.js';

/** Keeps worker processes running, and gives them the connections. */
export class Workforce {
  readonly #options: WorkforceOptions;
  readonly #limits: WorkforceLimits;
  readonly #distribution: Distribution;
  readonly #staff: Staff;
  readonly #heartbeat: Heartbeat;
  readonly #ticketKeys: TicketKeys;
  readonly #workers = new Roster();
  readonly #started = new Outcome<void>();
  readonly #end = new Outcome<number>();
  #configuration: Configuration;
  #addresses: readonly AddressInfo[];
  /** Some worker has been ready. */
  #wasReady = false;
  /** undefined: it runs. */
  #exitCode: number | undefined;
  /** Ends when the latest change of the configuration is over. Never rejects. */
  #takeover: Promise<unknown> = Promise.resolve();

  constructor(options: WorkforceOptions) {
    const { configuration, addresses, logger } = options;
    this.#options = options;
    this.#configuration = configuration;
    this.#addresses = addresses;
    this.#limits = { ...WORKFORCE_LIMITS, ...options.limits };
    this.#distribution = new Distribution(logger);
    this.#ticketKeys = new TicketKeys(
      (keys) => this.#workers.tell({ type: 'ticketKeys', keys }),
      this.#limits.ticketKeys,
    );
    this.#heartbeat = new Heartbeat(this.#workers, this.#limits.heartbeat, logger, (worker, before) =>
      this.#giveAgain(worker, before),
    );
    this.#staff = new Staff({
      hire: (index) => this.#hire(index),
      dismiss: (worker) => this.#dismiss(worker),
      onComplete: () => this.#started.resolve(),
      onDeath: (worker) => options.listener?.died(worker.start.index, howEnded(worker)),
      onHopeless: (reason) => this.#giveUp(reason),
      limits: this.#limits.respawn,
      logger,
    });
  }

  /** The exit code, once no worker is left: 0 after a stop, 1 when it gave up, 2 when the configuration is wrong. */
  get ended(): Promise<number> {
    return this.#end.promise;
  }

  /**
   * Starts the workers. Resolves when all are ready.
   *
   * @throws {ConfigurationError} when the first worker finds that the configuration cannot be used
   * @throws {WorkforceFailure} when the workers die again and again
   */
  start(): Promise<void> {
    this.#staff.begin(countOf(this.#configuration) ?? 1);
    return this.#started.promise;
  }

  /** Gives a connection, of which no byte may have been read, to one of the workers. */
  readonly give = (socket: Socket, door: number): void => this.#distribution.accept(socket, door);

  /**
   * Lets all workers take over a configuration, or none of them. A configuration without workers leaves their number as it is.
   *
   * @param open what else must succeed; runs when all workers are prepared, and before it holds
   * @returns what is wrong with it; none: it holds
   */
  reload(
    configuration: Configuration,
    open?: () => Promise<readonly AddressInfo[]>,
  ): Promise<readonly Problem[]> {
    const takeover = this.#takeover.then(() => this.#reload(configuration, open));
    this.#takeover = takeover;
    return takeover;
  }

  /**
   * Lets the workers finish what runs, and end. Resolves when they have.
   *
   * @param detach they finish on their own; resolves when they know, so that this process can end
   */
  async stop({ detach }: { readonly detach: boolean }): Promise<void> {
    this.#leave(0);
    if (detach) {
      await Promise.all([...this.#workers].map((worker) => this.#release(worker)));
      this.#finish();
    }
    await this.#end.promise;
  }

  /** Ends all workers, cutting what runs. Resolves when they have ended. */
  async abort(): Promise<void> {
    this.#leave(0);
    this.#workers.tell({ type: 'abort' });
    for (const worker of this.#workers) this.#killLater(worker, this.#limits.overdue);
    await this.#end.promise;
  }

  /** Has all workers open anew the files that something else rotates. */
  reopen(): void {
    this.#workers.tell({ type: 'reopen' });
  }

  /** The metrics of all workers that have told them in time. */
  collect(): Promise<unknown[]> {
    return this.#workers.collect(this.#limits.collect);
  }

  /** Workers that have died without being told to, since the start. */
  get deaths(): number {
    return this.#staff.deaths;
  }

  /** Workers that others have replaced as planned, since the start. */
  get replacements(): number {
    return this.#staff.replacements;
  }

  status(): readonly WorkerStatus[] {
    return this.#workers.status((index) => this.#staff.restarts(index));
  }

  async #reload(
    configuration: Configuration,
    open: (() => Promise<readonly AddressInfo[]>) | undefined,
  ): Promise<readonly Problem[]> {
    if (this.#exitCode !== undefined) return [{ place: undefined, message: 'the server is stopping' }];
    const work = async (): Promise<void> => {
      if (open !== undefined) this.#addresses = await open();
    };
    const problems = await takeOver(configuration, work, {
      staying: () => this.#workers.staying,
      hold: () => {
        this.#configuration = configuration;
      },
      replace: (worker) => this.#staff.replace(worker),
      limit: this.#limits.takeover,
      logger: this.#options.logger,
    });
    const count = countOf(configuration);
    if (problems.length === 0 && count !== undefined) this.#staff.resize(count);
    return problems;
  }

  #hire(index: number): Worker {
    const { entry, arguments: words = [] } = this.#options;
    const start: WorkerStart = {
      configuration: this.#configuration,
      index,
      ticketKeys: this.#ticketKeys.current,
      addresses: this.#addresses,
    };
    const worker = new Worker({ entry, arguments: words }, start, requestsOf(this.#configuration), {
      ready: () => this.#ready(worker),
      failed: ({ problems }) => this.#failed(problems),
      recycle: () => this.#staff.replace(worker),
      farewell: (metrics) => this.#options.listener?.farewell(metrics),
      told: (message) => relayGuesses(message, worker, this.#workers),
      ended: () => this.#ended(worker),
    });
    this.#workers.add(worker);
    return worker;
  }

  #ready(worker: Worker): void {
    this.#options.logger.info({ worker: worker.start.index, pid: worker.pid }, 'a worker is ready');
    this.#wasReady = true;
    this.#distribution.add(worker.handover);
    this.#staff.ready(worker);
  }

  /** A worker could not start. What nobody can start with, must be told and not tried again. */
  #failed(problems: readonly Problem[] | undefined): void {
    if (this.#wasReady || problems === undefined || this.#exitCode !== undefined) return;
    this.#started.reject(new ConfigurationError(problems));
    this.#leave(2);
  }

  #ended(worker: Worker): void {
    this.#workers.delete(worker);
    this.#distribution.remove(worker.handover);
    this.#giveAgain(worker);
    this.#staff.ended(worker);
    if (this.#exitCode !== undefined && this.#workers.size === 0) this.#finish();
  }

  /** @param before see {@link Handover.takeBack} */
  #giveAgain({ handover }: Worker, before?: number): void {
    for (const arrival of handover.takeBack(before)) this.#distribution.give(arrival);
  }

  #giveUp(reason: string): void {
    this.#options.logger.fatal({ reason }, 'giving up: the workers do not stay alive');
    this.#started.reject(new WorkforceFailure(`giving up: ${reason}; the log tells how each of them ended`));
    this.#leave(1);
    if (this.#workers.size === 0) this.#finish();
  }

  /** Lets a worker finish what it does, and end. */
  #dismiss(worker: Worker): void {
    if (worker.isLeaving) return;
    this.#distribution.remove(worker.handover);
    worker.drain();
    this.#killLater(worker, this.#configuration.timeouts.grace + this.#limits.overdue);
  }

  #killLater(worker: Worker, time: number): void {
    worker.killAfter(time, () =>
      this.#options.logger.error(
        { worker: worker.start.index, pid: worker.pid },
        'a worker did not end when told to, and is killed',
      ),
    );
  }

  async #release(worker: Worker): Promise<void> {
    worker.drain(true);
    // Its answer comes after all that was sent before, such as connections.
    const answer = await worker.ask({ type: 'ping' }, this.#limits.overdue);
    // One that hangs would never end by itself.
    if (answer === undefined) worker.kill();
    worker.release();
  }

  /** @param exitCode when everybody has ended */
  #leave(exitCode: number): void {
    if (this.#exitCode !== undefined) return;
    this.#exitCode = exitCode;
    this.#staff.close();
    this.#ticketKeys.close();
    for (const worker of this.#workers) this.#dismiss(worker);
    this.#distribution.close();
  }

  #finish(): void {
    this.#heartbeat.close();
    this.#started.reject(new WorkforceFailure('stopped before all workers were ready'));
    this.#end.resolve(this.#exitCode ?? 0);
  }
}
