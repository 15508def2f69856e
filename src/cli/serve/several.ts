import { fileURLToPath } from 'node:url';
import type { Configuration } from '../../configuration/configuration.js';
import { exportSettings } from '../../gateway/export.js';
import { Shared } from '../../gateway/shared.js';
import type { WorkerStatus } from '../../monitor/status.js';
import { Doors } from '../../supervisor/doors.js';
import { Workforce } from '../../supervisor/workforce.js';
import { countOf, type WorkforceListener } from '../../supervisor/workforce-options.js';
import type { MetricsSnapshot } from '../../telemetry/metrics/metrics.js';
import { openTelemetryExport, type TelemetryExport } from '../../telemetry/otlp/opening.js';
import type { ServeParts } from './alone.js';
import type { Running } from './running.js';
import { type WorkerReport, WorkerTotals } from './worker-totals.js';

/** Sends the metrics of all processes; undefined: they are not sent. */
type Sender = TelemetryExport | undefined;

const ENTRY = fileURLToPath(new URL('./worker.js', import.meta.url));

/** Serves with several processes, which this one looks after. @throws {ConfigurationError} as the first worker does */
export async function serveWithWorkers(
  configuration: Configuration,
  { logs, metrics, crashes, descriptors, version }: ServeParts,
): Promise<Running> {
  const { logger } = logs;
  let workforce: Workforce | undefined;
  const doors = new Doors({
    onConnection: (socket, door) => workforce?.give(socket, door),
    logger,
    paused: true,
    descriptors,
  });
  const addresses = await doors.open(configuration.listen);
  const listener: WorkforceListener = {
    died: (index, how) => crashes?.report(new Error(`worker ${index} ${how}`), { worker: index }),
    farewell: (report) => totals.farewell(report as WorkerReport),
  };
  workforce = new Workforce({ entry: ENTRY, configuration, addresses, logger, listener });
  const started = workforce;
  const totals = new WorkerTotals(started, metrics);
  metrics.workers.wanted = countOf(configuration) ?? 1;
  const open = async (asked: Configuration, before?: Shared<Sender>): Promise<Shared<Sender>> =>
    Shared.take(before, await exportSettings(asked), async (closers) => {
      const by = asked.otlp;
      if (by?.metrics !== true) return undefined;
      const numbers = (): Promise<MetricsSnapshot> => totals.snapshot();
      // Each worker sends the traces of its own requests.
      const sender = await openTelemetryExport(
        { ...by, traces: false },
        { logger, version, metrics: numbers },
      );
      closers.push(() => sender.close());
      return sender;
    });
  let sender: Shared<Sender>;
  try {
    await started.start();
    sender = await open(configuration);
  } catch (error) {
    doors.close();
    await started.abort();
    throw error;
  }
  const [first] = await totals.reports();
  return {
    ended: started.ended.finally(async () => {
      // Also when the workers were given up: nobody would take what comes in, and the process could not end.
      doors.close();
      totals.close();
      await sender.release();
    }),
    get addresses() {
      return doors.addresses;
    },
    authorityFile: first?.authorityFile,
    async reload(next) {
      const sending = await open(next, sender);
      const problems = await started.reload(next, () => doors.open(next.listen));
      const unwanted = problems.length === 0 ? sender : sending;
      if (problems.length === 0) {
        sender = sending;
        metrics.workers.wanted = countOf(next) ?? metrics.workers.wanted;
      }
      await unwanted.release();
      return problems;
    },
    reopen(): Promise<void> {
      started.reopen();
      return Promise.resolve();
    },
    metrics: () => totals.text(),
    async status() {
      const told = await totals.reports();
      const exchanges = told.flatMap((report) =>
        report.exchanges.map((exchange) => ({ ...exchange, worker: report.pid })),
      );
      return { exchanges, workers: started.status().map((worker) => shown(worker, told)) };
    },
    async stop(alone): Promise<void> {
      doors.close();
      await started.stop({ detach: alone });
    },
    async abort(): Promise<void> {
      doors.close();
      await started.abort();
    },
  };
}

const STATES = { starting: 'starting', ready: 'running', draining: 'leaving' } as const;

function shown(worker: ReturnType<Workforce['status']>[number], told: readonly WorkerReport[]): WorkerStatus {
  const report = told.find(({ pid }) => pid === worker.pid);
  return {
    pid: worker.pid ?? 0,
    number: worker.index,
    state: STATES[worker.state],
    since: worker.since,
    exchanges: report?.exchanges.length ?? 0,
  };
}
