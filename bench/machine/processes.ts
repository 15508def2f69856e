import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc; 100 on every Linux that Node runs on. */
export const TICKS = 100;

interface ProcessLine {
  readonly parent: number;
  /** Seconds of processor time in user and kernel mode, all threads. */
  readonly seconds: number;
}

/** Reads /proc/PID/stat; undefined when the process has gone. */
function readLine(pid: number): ProcessLine | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name of the program may hold blanks and parentheses: the fields begin behind the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    parent: Number(fields[1]),
    seconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
  };
}

/** A process and all its descendants that live now. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const line = readLine(pid);
    if (line === undefined) continue;
    const siblings = children.get(line.parent);
    if (siblings === undefined) children.set(line.parent, [pid]);
    else siblings.push(pid);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** Seconds of processor time that the processes have used so far. */
export function processorSeconds(pids: readonly number[]): number {
  let sum = 0;
  for (const pid of pids) sum += readLine(pid)?.seconds ?? 0;
  return sum;
}

/** Resident memory in bytes. */
export interface ResidentMemory {
  /** Now (`VmRSS`). */
  readonly now: number;
  /** The most it ever was (`VmHWM`). */
  readonly peak: number;
}

/** Resident memory of the processes together. The peaks of several need not have come at the same moment. */
export function residentMemory(pids: readonly number[]): ResidentMemory {
  let now = 0;
  let peak = 0;
  for (const pid of pids) {
    let text: string;
    try {
      text = readFileSync(`/proc/${pid}/status`, 'latin1');
    } catch {
      continue;
    }
    now += Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
    peak += Number(/^VmHWM:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
  }
  return { now, peak };
}

/** Seconds of processor time of all programs that this process has run to their end. */
export function endedChildrenSeconds(): number {
  const text = readFileSync('/proc/self/stat', 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS;
}
