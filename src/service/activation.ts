import { ConfigurationError } from '../configuration/problem.js';

/** A listening socket that was there before this process. */
export interface ActivatedSocket {
  readonly fd: number;
  /** `FileDescriptorName=` of the socket unit; `unknown` when nobody gave one. */
  readonly name: string;
}

/** `SD_LISTEN_FDS_START` of sd_listen_fds(3). */
const FIRST = 3;
/** More are a mistake: systemd hands over one for each `ListenStream=`. */
const MOST = 1000;

/**
 * The listening sockets that this process was started with, in the order of the socket unit (sd_listen_fds(3)). None
 * without socket activation, and none when they are meant for another process.
 *
 * @param environment loses `LISTEN_FDS`, `LISTEN_PID` and `LISTEN_FDNAMES`: they hold for this process alone, and programs
 *   that it starts must not take its descriptors for theirs
 * @throws {ConfigurationError} when the variables make no sense
 */
export function activatedSockets(
  environment: NodeJS.ProcessEnv,
  pid: number = process.pid,
): readonly ActivatedSocket[] {
  const { LISTEN_FDS: count, LISTEN_PID: receiver, LISTEN_FDNAMES: names } = environment;
  for (const name of ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES']) delete environment[name];
  if (count === undefined || receiver === undefined) return [];
  if (wholeNumber('LISTEN_PID', receiver, Number.MAX_SAFE_INTEGER) !== pid) return [];
  const length = wholeNumber('LISTEN_FDS', count, MOST);
  const named = names === undefined ? [] : names.split(':');
  if (names !== undefined && named.length !== length) {
    throw mistake(`LISTEN_FDNAMES has ${named.length} names for ${length} sockets`);
  }
  return Array.from({ length }, (_, index) => ({ fd: FIRST + index, name: named[index] ?? 'unknown' }));
}

function wholeNumber(variable: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && value >= 1 && value <= most) return value;
  throw mistake(
    `${variable} must be a whole number from 1 to ${most}, not ${JSON.stringify(text.slice(0, 40))}`,
  );
}

function mistake(reason: string): ConfigurationError {
  const message = `socket activation: ${reason}. systemd sets these variables itself: do not set them by hand, or unset LISTEN_FDS.`;
  return new ConfigurationError([{ place: undefined, message }]);
}
