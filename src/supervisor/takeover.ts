import type { Logger } from 'pino';
import type { Configuration } from '../configuration/configuration.js';
import { ConfigurationError, formatProblem, type Problem } from '../configuration/problem.js';
import { failureOf, problemsOf } from './messages.js';
import type { Worker } from './worker.js';
import { requestsOf } from './workforce-options.js';

export interface TakeoverParts {
  /** The workers that have not been told to end. */
  readonly staying: () => readonly Worker[];
  /** From now on this holds: every worker that starts gets it. */
  readonly hold: (configuration: Configuration) => void;
  /** Another worker is to take the place of this one. */
  readonly replace: (worker: Worker) => void;
  /** Milliseconds for each of the two phases. */
  readonly limit: number;
  readonly logger: Logger;
}

/**
 * Lets all workers take over a configuration, or none of them. First every worker builds what it asks for, beside what runs;
 * then all change over. A worker that ends meanwhile is left out: its replacement starts with what holds then.
 *
 * @param open what else must succeed between the two
 * @returns what is wrong with it; none: it holds
 */
export async function takeOver(
  configuration: Configuration,
  open: () => Promise<void>,
  parts: TakeoverParts,
): Promise<readonly Problem[]> {
  const asked = parts.staying();
  const problems = [...(await prepare(asked, configuration, parts.limit))];
  if (problems.length === 0) problems.push(...(await problemsIn(open)));
  if (problems.length > 0) {
    for (const worker of asked) void worker.ask({ type: 'discard' }, parts.limit);
    return problems;
  }
  parts.hold(configuration);
  // These were started meanwhile, with the configuration before.
  const late = parts.staying().filter((worker) => !asked.includes(worker));
  await Promise.all(asked.map((worker) => commit(worker, configuration, parts)));
  for (const worker of late) {
    if ((await prepare([worker], configuration, parts.limit)).length > 0) parts.replace(worker);
    else await commit(worker, configuration, parts);
  }
  return [];
}

async function prepare(
  workers: readonly Worker[],
  configuration: Configuration,
  limit: number,
): Promise<readonly Problem[]> {
  const problems = await Promise.all(
    workers.map(async (worker): Promise<readonly Problem[]> => {
      const answer = await worker.ask({ type: 'prepare', configuration }, limit);
      if (answer?.failure !== undefined) return problemsOf(answer.failure);
      if (answer !== undefined || worker.state === 'gone') return [];
      const message = `worker ${worker.pid} was not prepared for the configuration within ${limit / 1_000} s`;
      return [{ place: undefined, message }];
    }),
  );
  // All workers read the same files, and find the same.
  return [...new Map(problems.flat().map((problem) => [formatProblem(problem), problem])).values()];
}

/** A worker that cannot do what it was prepared for serves with parts of both: it is replaced. */
async function commit(worker: Worker, configuration: Configuration, parts: TakeoverParts): Promise<void> {
  const answer = await worker.ask({ type: 'commit', requests: requestsOf(configuration) }, parts.limit);
  if ((answer !== undefined && answer.failure === undefined) || worker.state === 'gone') return;
  parts.logger.error(
    { worker: worker.start.index, pid: worker.pid, reason: answer?.failure?.message ?? 'it does not answer' },
    'a worker could not take over the configuration, and is replaced',
  );
  parts.replace(worker);
}

async function problemsIn(work: () => Promise<void>): Promise<readonly Problem[]> {
  try {
    await work();
    return [];
  } catch (error) {
    return error instanceof ConfigurationError ? error.problems : problemsOf(failureOf(error));
  }
}
