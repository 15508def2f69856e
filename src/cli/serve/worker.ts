import { Interior, type Preparation } from '../../gateway/interior.js';
import { runningExchanges } from '../../gateway/running-exchanges.js';
import type { ExchangeObserver } from '../../http/observer.js';
import { WorkerLink } from '../../supervisor/worker-link.js';
import type { CrashReports } from '../../telemetry/crash/opening.js';
import { type OpenLogs, openLogs, type PreparedLogs } from '../../telemetry/logger.js';
import { Metrics } from '../../telemetry/metrics/metrics.js';
import { useBuffersOfThisThread } from '../memory.js';
import { readVersion } from '../version.js';
import { reportCrashes } from './crashes.js';
import type { WorkerReport } from './worker-totals.js';

// The entry of a worker: what the primary starts. It has no sockets of its own and takes no signals; the primary tells it.

useBuffersOfThisThread();

let logs: OpenLogs | undefined;
let interior: Interior | undefined;
let crashes: CrashReports | undefined;
let prepared: { readonly lines: PreparedLogs; readonly site: Preparation } | undefined;
const version = readVersion();
const metrics = new Metrics({ version });
/** Counts each request, for the worker to be replaced after so many. */
const observer: ExchangeObserver = {
  entered: (transaction) => metrics.requests.entered(transaction),
  left(transaction, now): void {
    metrics.requests.left(transaction, now);
    link.served();
  },
};

const link = new WorkerLink({
  async start({ configuration, ticketKeys }): Promise<void> {
    logs = openLogs(configuration.logLevel, configuration.log, { shared: true });
    crashes = await reportCrashes(configuration, { version, logs });
    interior = await Interior.open(configuration, {
      ...{ logs, version, metrics, observer, crashes, ticketKeys },
      siblings: link.siblings,
    });
  },
  connection: (socket) => interior?.accept(socket),
  async prepare(configuration): Promise<void> {
    const lines = logs?.prepare(configuration.logLevel, configuration.log);
    try {
      const site = await interior?.prepare(configuration);
      if (lines !== undefined && site !== undefined) prepared = { lines, site };
    } catch (error) {
      lines?.discard();
      throw error;
    }
  },
  commit(): void {
    prepared?.lines.take();
    prepared?.site.commit();
    prepared = undefined;
  },
  async discard(): Promise<void> {
    const dropped = prepared;
    prepared = undefined;
    dropped?.lines.discard();
    await dropped?.site.discard();
  },
  async reopen(): Promise<void> {
    await Promise.all([logs?.reopen(), interior?.reopen()]);
  },
  useTicketKeys: (keys) => interior?.useTicketKeys(keys),
  async metrics(): Promise<WorkerReport> {
    return {
      pid: process.pid,
      metrics: await metrics.snapshot(),
      exchanges: runningExchanges(interior?.exchanges() ?? []),
      authorityFile: interior?.authorityFile,
    };
  },
  async drain(): Promise<void> {
    await interior?.stop();
    await close();
  },
  async abort(): Promise<void> {
    await interior?.abort();
    await close();
  },
});

async function close(): Promise<void> {
  await crashes?.close();
  await logs?.close();
}
