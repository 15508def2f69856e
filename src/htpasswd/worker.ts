import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { type Answer, type Job, runJob } from './job.js';

const NICENESS = 10;

/** Lets the event loop's thread win when both want the processor. Linux gives each thread a priority of its own. */
function stepBack(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (thread > 0) setPriority(thread, NICENESS);
  } catch {
    // Elsewhere, and where it is forbidden, threads are equal: slower under a flood of logins, but right.
  }
}

function answer(job: Job): Answer {
  try {
    return { result: runJob(job) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : 'unknown' };
  }
}

stepBack();
parentPort?.on('message', (job: Job) => {
  parentPort?.postMessage(answer(job));
});
