import { fileURLToPath } from 'node:url';
import type { Configuration } from '../../configuration/configuration.js';
import type { RunningExchange, WorkerStatus } from '../../monitor/status.js';
import { Doors } from '../../supervisor/doors.js';
import { Workforce } from '../../supervisor/workforce.js';
import { Metrics, type MetricsSnapshot } from '../../telemetry/metrics/metrics.js';
import type { ServeParts } from './alone.js';
import type { Running } from './running.js';

const ENTRY = fileURLToPath(new URL('./worker.js', import.meta.url));

/** What a worker tells of itself when it is asked. */
export interface WorkerReport {
  readonly pid: number;
  readonly metrics: MetricsSnapshot;
  readonly exchanges: readonly RunningExchange[];
  readonly authorityFile: string | undefined;
}

/** Serves with several processes, which this one looks after. @throws {ConfigurationError} as the first worker does */
export async function serveWithWorkers(
  configuration: Configuration,
  { logs, metrics, descriptors }: ServeParts,
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
  workforce = new Workforce({ entry: ENTRY, configuration, addresses, logger });
  const started = workforce;
  try {
    await started.start();
  } catch (error) {
    doors.close();
    throw error;
  }
  const reports = async (): Promise<readonly WorkerReport[]> => (await started.collect()) as WorkerReport[];
  const [first] = await reports();
  return {
    ended: started.ended,
    get addresses() {
      return doors.addresses;
    },
    authorityFile: first?.authorityFile,
    reload: (next) => started.reload(next, () => doors.open(next.listen)),
    reopen(): Promise<void> {
      started.reopen();
      return Promise.resolve();
    },
    async metrics(): Promise<string> {
      const snapshots = (await reports()).map((report) => report.metrics);
      return Metrics.merge([...snapshots, await metrics.snapshot()]);
    },
    async status() {
      const told = await reports();
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
