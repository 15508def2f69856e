import type { Logger } from 'pino';
import type { CrashReportConfiguration } from '../../configuration/crash-reports.js';

/** What is known of where an error came up. */
export interface CrashContext {
  /** Of the request, as in the logs. */
  readonly id?: string | undefined;
  /** Class of the request's path, such as `/v2/{name}/manifests/{reference}`. */
  readonly route?: string | undefined;
  /** Of the process, where there are several. */
  readonly worker?: number | string | undefined;
}

/** Tells others of errors that nobody expected. */
export interface CrashReports {
  /** Never throws, never waits. */
  report(error: unknown, context?: CrashContext): void;
  /** Sends what waits, in two seconds at most, and closes everything. */
  close(): Promise<void>;
}

export interface CrashReportOptions {
  /** Of dockgate. */
  readonly version: string;
  readonly logger: Logger;
}

/**
 * Opens the way to those who are told of errors. Nothing of it is loaded unless there is somebody.
 *
 * @returns undefined when nobody is told
 * @throws {ConfigurationError} when the package for it is not installed, or a key cannot be read
 */
export async function openCrashReports(
  configuration: CrashReportConfiguration | undefined,
  options: CrashReportOptions,
): Promise<CrashReports | undefined> {
  if (configuration === undefined) return undefined;
  const { openReports } = await import('./reports.js');
  return openReports(configuration, options);
}
