import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../configuration/configuration.js';
import { AccessLog } from './access-log.js';
import { LineWriter } from './line-writer.js';

/** The program's log, and the access log in the same stream. */
export interface Logs {
  readonly logger: Logger;
  /** Undefined when the level leaves out lines of level `info`. */
  readonly access: AccessLog | undefined;
}

/** Logs on standard output, and the way to get their last lines out. */
export interface OpenLogs extends Logs {
  /** Writes what is still collected. */
  close(): Promise<void>;
}

/** Opens the logs on standard output. */
export function openLogs(level: LogLevel): OpenLogs {
  // Asking for it also makes a pipe non-blocking: a write that nobody takes must not hold up the end of the process.
  const writer = new LineWriter(process.stdout.fd);
  return { ...makeLogs(level, writer), close: () => writer.close() };
}

/** Logs that write JSON lines to a stream. */
export function makeLogs(level: LogLevel, destination: DestinationStream): Logs {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return { logger, access: logger.isLevelEnabled('info') ? new AccessLog(destination) : undefined };
}
