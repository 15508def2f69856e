import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { processTree } from './processes.js';

/** Milliseconds that a program gets to end by itself after SIGTERM. */
const PATIENCE = 3_000;

/** How a program ended, and what it said. */
export interface Outcome {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Every process that the bench has started. Only these are ever ended, each by its own id. */
export class Children {
  readonly #alive = new Set<ChildProcess>();
  #ended = false;

  start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
    if (this.#ended) throw new Error('the bench is ending');
    const child = spawn(command, args, options);
    this.#alive.add(child);
    child.once('exit', () => this.#alive.delete(child));
    child.once('error', () => this.#alive.delete(child));
    return child;
  }

  /** Runs a program to its end. @param started gets its process. @throws when it cannot be started */
  run(
    command: string,
    args: readonly string[],
    directory: string,
    started: (child: ChildProcess) => void = () => {},
  ): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = this.start(command, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
      started(child);
      let stdout = '';
      let stderr = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, stderr }));
    });
  }

  /** Runs a program that has to succeed. @returns what it wrote to its standard output */
  async succeed(command: string, args: readonly string[], directory: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, args, directory);
    if (code === 0) return stdout;
    throw new Error(`${command} ${args.join(' ')}\nended with ${code}: ${stderr.trim() || stdout.trim()}`);
  }

  /** Ends one process: SIGTERM, and SIGKILL for it and its descendants when that does not help. */
  async end(child: ChildProcess): Promise<void> {
    const { pid } = child;
    if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const killer = setTimeout(() => {
      for (const id of processTree(pid).reverse()) kill(id);
    }, PATIENCE);
    child.kill('SIGTERM');
    await gone;
    clearTimeout(killer);
  }

  /** Ends all that still run, and starts nothing more. */
  async endAll(): Promise<void> {
    this.#ended = true;
    await Promise.all([...this.#alive].map((child) => this.end(child)));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone meanwhile.
  }
}
