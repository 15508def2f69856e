import type { Configuration } from '../../configuration/configuration.js';
import { type CrashReports, openCrashReports } from '../../telemetry/crash/opening.js';
import type { OpenLogs } from '../../telemetry/logger.js';

/**
 * Opens the way to those who are told of crashes. From then on this process tells them, too, when something that nobody
 * catches ends it.
 *
 * @returns undefined when nobody is told; then a crash ends the process as ever
 * @throws {ConfigurationError} as {@link openCrashReports}
 */
export async function reportCrashes(
  { crashReports }: Configuration,
  { version, logs }: { readonly version: string; readonly logs: OpenLogs },
): Promise<CrashReports | undefined> {
  const crashes = await openCrashReports(crashReports, { version, logger: logs.logger });
  if (crashes === undefined) return undefined;
  process.once('uncaughtException', (err: unknown) => {
    logs.logger.fatal({ err }, 'an error that nobody expected ends this process');
    crashes.report(err);
    void Promise.allSettled([crashes.close(), logs.close()]).then(() => process.exit(1));
  });
  return crashes;
}
