import type { ToWorker } from './messages.js';
import type { Worker } from './worker.js';
import type { WorkerStatus } from './workforce-options.js';

/** All worker processes that there are. */
export class Roster extends Set<Worker> {
  /** Those that have not been told to end. */
  get staying(): readonly Worker[] {
    return [...this].filter(({ isLeaving }) => !isLeaving);
  }

  tell(message: ToWorker): void {
    for (const worker of this) worker.tell(message);
  }

  /**
   * @param limit milliseconds that a worker may take
   * @returns the metrics of those that have told them in time
   */
  async collect(limit: number): Promise<unknown[]> {
    const asked = [...this].filter(({ state }) => state !== 'starting');
    const answers = await Promise.all(asked.map((worker) => worker.ask({ type: 'collect' }, limit)));
    return answers.flatMap((answer) =>
      answer === undefined || answer.failure !== undefined ? [] : [answer.value],
    );
  }

  /** @param restarts how often the worker of an index has died */
  status(restarts: (index: number) => number): readonly WorkerStatus[] {
    return [...this].flatMap(({ start: { index }, pid, state, since, handover: { connections } }) =>
      state === 'gone' ? [] : { index, pid, state, since, connections, restarts: restarts(index) },
    );
  }
}
