import { spawn, spawnSync } from 'node:child_process';

const ABSENT = 'is not installed: apt-get install';

/** How a program ended, and what it said. */
export interface ProgramResult {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What else a run needs. */
export interface ProgramOptions {
  readonly directory?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** What the program reads from its standard input. */
  readonly input?: string | Uint8Array;
}

/**
 * Options for `test()`: skips the test, and says how to install what it needs, when a program is not there.
 *
 * @param name the program, as typed. @param aptPackage the Debian package that holds it.
 */
export function requireProgram(name: string, aptPackage: string): { skip: string } | Record<never, never> {
  const found = spawnSync('sh', ['-c', 'command -v -- "$1"', 'sh', name], { stdio: 'ignore' });
  return found.status === 0 ? {} : { skip: `${name} ${ABSENT} ${aptPackage}` };
}

/** Whether a test was skipped because {@link requireProgram} found no program, and not because the machine cannot do something. */
export function isSkippedForAbsence(reason: string): boolean {
  return reason.includes(` ${ABSENT} `);
}

/** Runs a program to its end, whatever that end is. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(options.directory === undefined ? {} : { cwd: options.directory }),
      env: options.environment ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A program that ends without reading its input is judged by its exit code alone.
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({
        code,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
    child.stdin.end(options.input);
  });
}
