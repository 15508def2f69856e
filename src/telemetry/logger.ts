import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../configuration/configuration.js';

/** Bytes collected before a write: an access line a request would otherwise cost a system call each. */
const BUFFER = 16_384;
/** Milliseconds after which what was collected is written in any case. */
const FLUSH_INTERVAL = 250;

/** A logger of JSON lines, and the way to get its last lines out. */
export interface OpenLogger {
  readonly logger: Logger;
  /** Writes what is still collected. */
  close(): void;
}

/** Opens the program's log on standard output. */
export function openLogger(level: LogLevel): OpenLogger {
  const destination = pino.destination({ fd: 1, sync: false, minLength: BUFFER, maxWrite: 4 * BUFFER });
  const timer = setInterval(() => destination.flush(), FLUSH_INTERVAL).unref();
  return {
    logger: makeLogger(level, destination),
    close(): void {
      clearInterval(timer);
      try {
        destination.flushSync();
      } catch {
        // The reader of our output has gone; nobody is left to tell.
      }
    },
  };
}

/** A logger that writes JSON lines to a stream. */
export function makeLogger(level: LogLevel, destination: DestinationStream): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
