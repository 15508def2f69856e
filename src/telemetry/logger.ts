import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../configuration/configuration.js';
import { AccessLog } from './access-log.js';

/** Bytes collected before a write: an access line a request would otherwise cost a system call each. */
const BUFFER = 65_536;
/** Bytes that may wait when nobody reads our output; lines beyond are dropped, so that memory stays bounded. */
const LONGEST_BACKLOG = 16 * 1024 * 1024;
/** Milliseconds after which what was collected is written in any case. */
const FLUSH_INTERVAL = 250;

/** The program's log, and the access log in the same stream. */
export interface Logs {
  readonly logger: Logger;
  /** Undefined when the level leaves out lines of level `info`. */
  readonly access: AccessLog | undefined;
}

/** Logs on standard output, and the way to get their last lines out. */
export interface OpenLogs extends Logs {
  /** Writes what is still collected. */
  close(): void;
}

/** Opens the logs on standard output. */
export function openLogs(level: LogLevel): OpenLogs {
  const destination = pino.destination({
    fd: 1,
    sync: false,
    minLength: BUFFER,
    maxWrite: 4 * BUFFER,
    maxLength: LONGEST_BACKLOG,
  });
  const timer = setInterval(() => destination.flush(), FLUSH_INTERVAL).unref();
  return {
    ...makeLogs(level, destination),
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

/** Logs that write JSON lines to a stream. */
export function makeLogs(level: LogLevel, destination: DestinationStream): Logs {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return { logger, access: logger.isLevelEnabled('info') ? new AccessLog(destination) : undefined };
}
