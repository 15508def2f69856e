import { setTimeout as pause } from 'node:timers/promises';
import { type CleanUpState, cleanUpState, startCleanUp } from '../../remote/clean-up.js';
import { RemoteFailure } from '../../remote/failure.js';
import type { RegistryClient } from '../../remote/registry-client.js';
import { CommandFailure } from '../command-failure.js';
import { type CleanUp, type CleanUpTerms, stepOf } from './clean-up.js';
import type { Task } from './task.js';

/** Milliseconds between two looks: short at first, since small registries are done at once. */
const FIRST_WAIT = 100;
const LONGEST_WAIT = 2_000;

/** The clean-up of a dockgate that runs somewhere else, in its process. It tells numbers only, no single removals. */
export function remoteCleanUp(
  task: Task,
  client: RegistryClient,
  { untagged, grace }: CleanUpTerms,
): CleanUp {
  const { conversation, origin } = client;
  return async (dryRun) => {
    try {
      const started = await startCleanUp(conversation, { dryRun, untagged, grace });
      const { report, failure } = await untilEnded(task, client, started);
      if (failure !== undefined)
        throw new CommandFailure(`${origin}: the clean-up has failed there (${failure})`);
      if (report === undefined || report.dryRun !== dryRun) {
        throw new CommandFailure(
          `${origin}: the clean-up was interrupted there; it goes on with the next one`,
        );
      }
      const { manifest = 0, blob = 0, referrer = 0, upload = 0, content = 0, leftover = 0 } = report.removed;
      const { image = 0, layer = 0 } = report.removed;
      return { ...report, removed: { manifest, blob, referrer, upload, content, leftover, image, layer } };
    } catch (error) {
      throw explained(error, origin, task);
    } finally {
      task.progress.clear();
    }
  };
}

async function untilEnded(
  task: Task,
  { conversation }: RegistryClient,
  started: CleanUpState,
): Promise<CleanUpState> {
  let state = started;
  for (let wait = FIRST_WAIT; state.running; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    if (state.progress !== undefined) task.progress.update(stepOf(state.progress));
    await pause(wait, undefined, { signal: task.signal });
    state = await cleanUpState(conversation);
  }
  return state;
}

function explained(error: unknown, origin: string, task: Task): unknown {
  if (task.signal.aborted) {
    return new CommandFailure('Stopped waiting. A clean-up that has begun goes on at the server.', 1, {
      cause: error,
    });
  }
  if (!(error instanceof RemoteFailure)) return error;
  if (error.code === 'BUSY') {
    return new CommandFailure(`${origin}: a clean-up is running already; try again when it has ended`, 1, {
      cause: error,
    });
  }
  if (error.code !== 'NOT_FOUND') return error;
  const message = `${origin}: this registry cannot be cleaned up from elsewhere, since it is no dockgate with its own storage; clean it up where its data lies`;
  return new CommandFailure(message, 1, { cause: error });
}
