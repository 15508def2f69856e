import { setTimeout as delay } from 'node:timers/promises';
import type { Children } from './children.js';
import { processorSeconds, processTree, residentMemory } from './processes.js';

/** Milliseconds between two looks at a program. */
const INTERVAL = 50;

/** What a program took from its start to its end. */
export interface WatchedRun {
  readonly stdout: string;
  readonly seconds: number;
  /** Of user and system time, as it was at most {@link INTERVAL} before the end. */
  readonly processorSeconds: number;
  /** Bytes of resident memory that it had at most (`VmHWM`), as known at most {@link INTERVAL} before the end. */
  readonly peak: number;
}

/** Runs a program that has to succeed, and looks at it meanwhile. */
export async function runWatched(
  children: Children,
  command: string,
  args: readonly string[],
  directory: string,
): Promise<WatchedRun> {
  let pid: number | undefined;
  let running = true;
  let used = 0;
  let peak = 0;
  const start = performance.now();
  const ended = children.run(command, args, directory, (child) => {
    pid = child.pid;
  });
  const watch = (async () => {
    while (running) {
      if (pid !== undefined) {
        const pids = processTree(pid);
        used = Math.max(used, processorSeconds(pids));
        peak = Math.max(peak, residentMemory(pids).peak);
      }
      await delay(INTERVAL);
    }
  })();
  const { code, stdout, stderr } = await ended.finally(() => {
    running = false;
  });
  const seconds = (performance.now() - start) / 1e3;
  await watch;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}\nended with ${code}: ${stderr.trim()}`);
  return { stdout, seconds, processorSeconds: used, peak };
}
