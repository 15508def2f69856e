import { NotificationProgram } from './notification-program.js';

/** Tells systemd how the service does (sd_notify(3)). Nothing here waits for systemd. */
export interface Notification {
  /** It answers now; also after a reload, whether that changed anything or not. @param status a line for `systemctl status` */
  ready(status: string): void;
  /** A reload begins; {@link ready} must follow. */
  reloading(): void;
  /** It ends by itself from here. The watchdog is told nothing more. */
  stopping(status?: string): void;
  /** A line for `systemctl status`. */
  status(text: string): void;
  /**
   * From now on systemd's watchdog hears, twice as often as it wants to, that the process is well, as long as it says so.
   * Nothing happens where systemd has no watchdog for this process.
   */
  watch(isHealthy: () => boolean): void;
  /** What was said until now has been sent. Takes two seconds at most. */
  settled(): Promise<void>;
}

/** Characters of a status line; systemd shows one line of the terminal. */
const LONGEST_STATUS = 200;

/**
 * Connects with the service manager that started this process.
 *
 * @param environment loses `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`: what they say holds for this process alone,
 *   and a program that it starts could end its watch or declare it ready
 * @param complain told in one sentence when systemd cannot be told, and not again before it could be
 * @returns undefined without `NOTIFY_SOCKET`: nobody wants to know
 */
export function openNotification(
  environment: NodeJS.ProcessEnv,
  complain: (sentence: string) => void,
  pid: number = process.pid,
): Notification | undefined {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: limit, WATCHDOG_PID: watched } = environment;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete environment[name];
  if (socket === undefined || socket === '') return undefined;
  const isWatched = watched === undefined || watched === String(pid);
  const program = new NotificationProgram(socket, environment['PATH'], complain);
  return new ServiceNotification(program, isWatched ? pingInterval(limit) : undefined, pid);
}

class ServiceNotification implements Notification {
  readonly #program: NotificationProgram;
  readonly #interval: number | undefined;
  readonly #pid: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(program: NotificationProgram, interval: number | undefined, pid: number) {
    this.#program = program;
    this.#interval = interval;
    this.#pid = pid;
  }

  ready(status: string): void {
    this.#program.send(['READY=1', statusLine(status), `MAINPID=${this.#pid}`]);
  }

  reloading(): void {
    // systemd tells by the time that the message is about this reload (sd_notify(3)); the clock is CLOCK_MONOTONIC.
    const microseconds = process.hrtime.bigint() / 1000n;
    this.#program.send(['RELOADING=1', `MONOTONIC_USEC=${microseconds}`]);
  }

  stopping(status?: string): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#program.send(status === undefined ? ['STOPPING=1'] : ['STOPPING=1', statusLine(status)]);
  }

  status(text: string): void {
    this.#program.sendLatest(statusLine(text));
  }

  watch(isHealthy: () => boolean): void {
    if (this.#interval === undefined || this.#timer !== undefined) return;
    const ping = (): void => {
      if (isHealthy()) this.#program.sendLatest('WATCHDOG=1');
    };
    this.#timer = setInterval(ping, this.#interval).unref();
    ping();
  }

  settled(): Promise<void> {
    return this.#program.settled();
  }
}

/** Milliseconds between two pings: half of what systemd allows, as sd_watchdog_enabled(3) advises. */
function pingInterval(microseconds: string | undefined): number | undefined {
  if (microseconds === undefined || !/^[1-9]\d{0,15}$/.test(microseconds)) return undefined;
  return Math.min(Math.max(1, Math.floor(Number(microseconds) / 2000)), 2 ** 31 - 1);
}

function statusLine(text: string): string {
  return `STATUS=${text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, LONGEST_STATUS)}`;
}
