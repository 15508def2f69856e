import { type ChildProcess, fork } from 'node:child_process';
import type { RelayWorker } from '../identity/guard-relay.js';
import { Handover } from './handover.js';
import {
  type Answer,
  type FromWorker,
  pack,
  type Question,
  type ToWorker,
  unpack,
  type WorkerFailure,
  type WorkerStart,
} from './messages.js';
import { workerEnvironment } from './worker-environment.js';

export type WorkerState = 'starting' | 'ready' | 'draining' | 'gone';

/** What becomes of a worker. */
export interface WorkerListener {
  ready(): void;
  /** It could not start, and is about to end. */
  failed(failure: WorkerFailure): void;
  /** It wants to be replaced. */
  recycle(): void;
  /** It ends in an orderly way, and these are its last metrics. */
  farewell(metrics: unknown): void;
  /** Something for its siblings. */
  told(message: unknown): void;
  /** Its process has ended, and all that it said before has been heard. */
  ended(): void;
}

export interface WorkerProgram {
  /** Path of the module that a worker runs. */
  readonly entry: string;
  /** Its `process.argv` after the entry. */
  readonly arguments: readonly string[];
}

/** One worker process, as the primary sees it. */
export class Worker implements RelayWorker {
  readonly start: WorkerStart;
  /** Milliseconds since the epoch when the state began. */
  since = Date.now();
  /** Milliseconds of the steady clock when the process was started, and when it last gave a sign of life. */
  readonly startedAt = performance.now();
  heardAt = this.startedAt;
  readonly handover: Handover;
  /** Why it could not start. */
  failure: WorkerFailure | undefined;
  /** How it ended. */
  code: number | null = null;
  signal: NodeJS.Signals | null = null;
  wasReady = false;
  /** It was told to end. */
  isLeaving = false;
  isKilled = false;
  #state: WorkerState = 'starting';
  readonly #process: ChildProcess;
  readonly #listener: WorkerListener;
  /** Messages for a process that does not listen yet. */
  #early: ToWorker[] | undefined;
  readonly #questions = new Map<number, (answer: Answer | undefined) => void>();
  #nextQuestion = 0;
  #deadline: NodeJS.Timeout | undefined;

  /** @throws when the system refuses another process */
  constructor(program: WorkerProgram, start: WorkerStart, requests: number, listener: WorkerListener) {
    this.start = start;
    this.#listener = listener;
    this.#early = [{ type: 'start', start, requests }];
    this.#process = fork(program.entry, program.arguments, {
      env: workerEnvironment(process.env),
    });
    this.handover = new Handover(this.#process);
    this.#process.on('message', (message: FromWorker) => this.#hear(unpack(message)));
    // Without a process there is no other event; with one, a message could not be sent, and its end is near.
    this.#process.on('error', (error) => {
      this.failure ??= { problems: undefined, message: error.message };
      if (this.#process.pid === undefined) this.#end(null, null);
    });
    // Unlike `exit` this comes after the last message.
    this.#process.on('close', (code, signal) => this.#end(code, signal));
  }

  get state(): WorkerState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  isConnected(): boolean {
    return this.#process.connected === true && this.#early === undefined;
  }

  send(message: unknown, sent?: (error: Error | null) => void): boolean {
    if (!this.#process.connected) {
      sent?.(new Error('the worker is gone'));
      return false;
    }
    return this.#process.send(message as object, sent ?? ignore);
  }

  tell(message: ToWorker): void {
    if (this.#early === undefined) this.send(pack(message));
    else this.#early.push(message);
  }

  /**
   * @param limit milliseconds after which no answer is awaited any longer
   * @returns undefined when the worker has not answered, and never will
   */
  ask(question: Question, limit: number): Promise<Answer | undefined> {
    if (this.#state === 'gone') return Promise.resolve(undefined);
    const number = this.#nextQuestion;
    this.#nextQuestion += 1;
    return new Promise((resolve) => {
      const end = (answer: Answer | undefined): void => {
        clearTimeout(timer);
        this.#questions.delete(number);
        resolve(answer);
      };
      const timer = setTimeout(end, limit, undefined);
      this.#questions.set(number, end);
      this.tell({ type: 'question', number, question });
    });
  }

  /** No further connection comes to it; it ends once those that it has are done. */
  drain(alone = false): void {
    if (this.#state === 'gone') return;
    this.isLeaving = true;
    this.#enter('draining');
    this.tell({ type: 'drain', alone });
  }

  /** At once; the system closes its connections. */
  kill(): void {
    this.isKilled = true;
    this.#process.kill('SIGKILL');
  }

  /** @param onKill runs when it has not ended after this time in milliseconds, and is killed */
  killAfter(time: number, onKill: () => void): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      onKill();
      this.kill();
    }, time);
  }

  /** Lets it live on without us. */
  release(): void {
    if (this.#process.connected) this.#process.disconnect();
    this.#process.unref();
    clearTimeout(this.#deadline);
  }

  #hear(message: FromWorker): void {
    this.heardAt = performance.now();
    switch (message.type) {
      case 'hello': {
        const early = this.#early ?? [];
        this.#early = undefined;
        for (const each of early) this.tell(each);
        return;
      }
      case 'ready':
        if (this.#state !== 'starting') return;
        this.wasReady = true;
        this.#enter('ready');
        this.#listener.ready();
        return;
      case 'failed':
        this.failure = message.failure;
        this.#listener.failed(message.failure);
        return;
      case 'connections':
        this.handover.report(message.taken, message.closed);
        return;
      case 'answer':
        this.#questions.get(message.number)?.(message.answer);
        return;
      case 'farewell':
        this.#listener.farewell(message.metrics);
        return;
      case 'recycle':
        this.#listener.recycle();
        return;
      default:
        this.#listener.told(message);
    }
  }

  #enter(state: WorkerState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.since = Date.now();
  }

  #end(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#state === 'gone') return;
    this.code = code;
    this.signal = signal;
    this.#enter('gone');
    clearTimeout(this.#deadline);
    for (const end of [...this.#questions.values()]) end(undefined);
    this.#listener.ended();
  }
}

/** How the process of a worker has ended, as the end of a sentence. */
export function howEnded({ signal, code }: Pick<Worker, 'signal' | 'code'>): string {
  if (signal !== null) return `was ended by ${signal}`;
  return code === null ? 'could not be started' : `has ended with exit code ${code}`;
}

const ignore = (): void => undefined;
