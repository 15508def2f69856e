import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../configuration/configuration.js';
import type { LogConfiguration } from '../configuration/logs.js';
import type { Problem } from '../configuration/problem.js';
import { AccessLog, type AccessLogOptions } from './access-log.js';
import { LogFiles } from './log-files.js';

/** The program's log, and the access log, in the same place or in files of their own. */
export interface Logs {
  readonly logger: Logger;
  /** Undefined when the level leaves out lines of level `info`, unless they have a file. May change with the configuration. */
  readonly access: AccessLog | undefined;
}

/** Where lines are to go under another configuration. */
export interface PreparedLogs {
  /** From now on they go there. Nothing that was written before is lost. */
  take(): void;
  /** Closes what was opened for it. */
  discard(): void;
}

/** Logs of a process. Pass it on as it is: a copy does not follow the configuration. */
export interface OpenLogs extends Logs {
  /**
   * Opens the files anew, which something else has renamed. What was written before goes to the old ones. Never rejects: a
   * file that cannot be opened is told of in the log and on standard error, and lines go on into the old one.
   *
   * @returns what was told
   */
  reopen(): Promise<readonly Problem[]>;
  /** Opens what another configuration needs and this one has not. @throws {ConfigurationError} */
  prepare(level: LogLevel, log: LogConfiguration): PreparedLogs;
  /** Takes another configuration over. @throws {ConfigurationError} when its files cannot be opened; nothing changes then */
  apply(level: LogLevel, log: LogConfiguration): void;
  /** Writes what is still collected; gives up after two seconds. */
  close(): Promise<void>;
}

/** Without a configuration. */
const ON_STANDARD_OUTPUT: LogConfiguration = {
  file: undefined,
  access: { file: undefined, format: 'json', pings: 1 },
};

/** Who else writes. */
export interface LogSharing {
  /** Other processes have the same standard output, so that lines must be written to a pipe in parts that stay whole. */
  readonly shared?: boolean;
}

/** Opens the logs. @throws {ConfigurationError} when a file cannot be opened */
export function openLogs(
  level: LogLevel,
  log: LogConfiguration = ON_STANDARD_OUTPUT,
  { shared = false }: LogSharing = {},
): OpenLogs {
  return new LogFiles(level, log, shared, makeLogger);
}

/** Logs that write to a stream. */
export function makeLogs(level: LogLevel, destination: DestinationStream, access?: AccessLogOptions): Logs {
  const logger = makeLogger(level, destination);
  return {
    logger,
    access: logger.isLevelEnabled('info') ? new AccessLog(destination, access) : undefined,
  };
}

function makeLogger(level: LogLevel, destination: DestinationStream): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
