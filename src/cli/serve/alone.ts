import type { Configuration } from '../../configuration/configuration.js';
import { ConfigurationError } from '../../configuration/problem.js';
import { runningExchanges } from '../../gateway/running-exchanges.js';
import { startGateway } from '../../gateway.js';
import type { CrashReports } from '../../telemetry/crash/opening.js';
import type { OpenLogs } from '../../telemetry/logger.js';
import type { Metrics } from '../../telemetry/metrics/metrics.js';
import type { Running } from './running.js';

/** What a server is started with. */
export interface ServeParts {
  readonly logs: OpenLogs;
  readonly metrics: Metrics;
  readonly crashes: CrashReports | undefined;
  /** Of this program. */
  readonly version: string;
  /** Sockets that listen already, in place of the configured addresses. */
  readonly descriptors: readonly number[];
}

/** Serves in this process alone. @throws {ConfigurationError} when something that the configuration names cannot be used */
export async function serveAlone(
  configuration: Configuration,
  { logs, ...parts }: ServeParts,
): Promise<Running> {
  const gateway = await startGateway(configuration, logs, parts);
  let end: (code: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  return {
    ended,
    get addresses() {
      return gateway.addresses;
    },
    get authorityFile() {
      return gateway.authorityFile;
    },
    async reload(next) {
      try {
        await gateway.reload(next);
        return [];
      } catch (error) {
        if (error instanceof ConfigurationError) return error.problems;
        throw error;
      }
    },
    reopen: () => gateway.reopen(),
    metrics: () => parts.metrics.text(),
    status: () => Promise.resolve({ exchanges: runningExchanges(gateway.interior.exchanges()) }),
    async stop(): Promise<void> {
      await gateway.stop();
      end(0);
    },
    async abort(): Promise<void> {
      await gateway.abort();
      end(0);
    },
  };
}
