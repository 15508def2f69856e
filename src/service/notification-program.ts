import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

const PROGRAM = 'systemd-notify';
/** Milliseconds after which the program is ended: systemd is not reading. */
const LONGEST_RUN = 10_000;
/** Milliseconds that the end of the process may wait for messages. */
const LONGEST_WAIT = 2_000;

/**
 * Sends messages to systemd by its own program, since Node has no datagram sockets of the family unix. One at a time, in
 * order: a process's READY must not overtake its RELOADING.
 */
export class NotificationProgram {
  readonly #socket: string;
  readonly #path: string | undefined;
  readonly #complain: (sentence: string) => void;
  readonly #waiting: (readonly string[])[] = [];
  #isRunning = false;
  #hasComplained = false;
  #onIdle: (() => void)[] = [];

  constructor(socket: string, path: string | undefined, complain: (sentence: string) => void) {
    this.#socket = socket;
    this.#path = path;
    this.#complain = complain;
  }

  /** Sends assignments in one message. */
  send(assignments: readonly string[]): void {
    this.#waiting.push(assignments);
    this.#next();
  }

  /** Sends one assignment in place of an earlier one of the same name that still waits: so nothing piles up. */
  sendLatest(assignment: string): void {
    const name = assignment.slice(0, assignment.indexOf('=') + 1);
    const older = this.#waiting.findIndex((one) => one.length === 1 && one[0]?.startsWith(name));
    if (older !== -1) this.#waiting.splice(older, 1);
    this.send([assignment]);
  }

  /** Resolves when nothing is left to be sent, after two seconds at the latest. */
  async settled(): Promise<void> {
    if (!this.#isRunning) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LONGEST_WAIT);
      this.#onIdle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #next(): void {
    if (this.#isRunning) return;
    const assignments = this.#waiting.shift();
    if (assignments === undefined) {
      for (const resolve of this.#onIdle.splice(0)) resolve();
      return;
    }
    this.#isRunning = true;
    this.#run(assignments, (failure) => {
      this.#isRunning = false;
      if (failure === undefined) this.#hasComplained = false;
      else this.#report(failure);
      this.#next();
    });
  }

  #run(assignments: readonly string[], done: (failure: string | undefined) => void): void {
    const child = spawn(PROGRAM, assignments, {
      env: { NOTIFY_SOCKET: this.#socket, ...(this.#path === undefined ? {} : { PATH: this.#path }) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, 500);
    });
    // The process neither waits for it nor stays alive for it.
    child.unref();
    (child.stderr as Socket).unref();
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_RUN).unref();
    let hasEnded = false;
    const end = (failure: string | undefined): void => {
      clearTimeout(timer);
      if (hasEnded) return;
      hasEnded = true;
      done(failure);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'ENOENT' ? 'is not in PATH; it comes with the package systemd' : undefined;
      end(`${PROGRAM} ${reason ?? `cannot be started (${error.code ?? error.message})`}`);
    });
    child.once('close', (code, signal) => {
      if (code === 0) end(undefined);
      else if (signal === 'SIGKILL') end(`${PROGRAM} did not end within ${LONGEST_RUN / 1000} s`);
      else end(`${PROGRAM} ended with ${code ?? signal}: ${said.trim().split('\n')[0] || 'it said nothing'}`);
    });
  }

  /** Once, until a message gets through again: the next ones will most likely fail alike. */
  #report(failure: string): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    this.#complain(`systemd cannot be told how this service does, and may end it for that: ${failure}`);
  }
}
