import type { Reader } from './reader.js';
import { one, optional } from './setting.js';
import { count } from './values/quantity.js';
import { workerCount } from './values/worker-count.js';

/** The processes that share the work. */
export interface WorkerConfiguration {
  /** How many; `auto`: one for each processor that this process may use. */
  readonly count: number | 'auto';
  /** Requests after which a process is replaced by a new one; 0: never. */
  readonly maximumRequests: number;
}

/** The settings of the processes that share the work. */
export const workerSettings = {
  workers: optional('workers.count', 'DOCKGATE_WORKERS', workerCount, {
    flag: { name: 'workers', syntax: '--workers <N>' },
    short: true,
    description:
      'Processes that share the work, or auto for one a processor; a further one looks after them. Without it there is one process.',
  }),
  maximumRequests: one('workers.maxRequests', 'DOCKGATE_WORKERS_MAX_REQUESTS', count(0, 999_999_999), '0', {
    flag: { name: 'maxRequests', syntax: '--max-requests <N>' },
    description: 'Requests after which a worker is replaced by a new one; 0: never.',
  }),
};

/** Reads how many processes there are; undefined for one without another that looks after it. */
export function readWorkers(reader: Reader): WorkerConfiguration | undefined {
  const workers = reader.optional(workerSettings.workers);
  const maximumRequests = reader.one(workerSettings.maximumRequests);
  if (workers !== undefined) return { count: workers, maximumRequests };
  const [written] = reader.written(workerSettings.maximumRequests).flat();
  if (written !== undefined && reader.written(workerSettings.workers).flat().length === 0)
    reader.note(written, 'has no effect without workers: set "workers.count".');
  return undefined;
}
