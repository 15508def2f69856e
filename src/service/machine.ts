import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ServiceFailure } from './service-failure.js';

/** How a program ended. */
export interface Ending {
  /** Exit code; undefined when it could not be started or a signal ended it. */
  readonly code: number | undefined;
  readonly output: string;
  /** What it said on standard error, or why it did not start. */
  readonly complaint: string;
}

/** The machine that the service is for. */
export interface Machine {
  readonly isRoot: boolean;
  /** Whether systemd runs this machine (sd_booted(3)). */
  readonly hasSystemd: boolean;
  /** Runs a program to its end; never rejects. */
  run(program: string, words: readonly string[]): Promise<Ending>;
}

/** The machine that this process is on. */
export const thisMachine: Machine = {
  isRoot: process.geteuid?.() === 0,
  hasSystemd: existsSync('/run/systemd/system'),
  run(program, words) {
    return new Promise((resolve) => {
      const environment = { ...process.env, LC_ALL: 'C.UTF-8', SYSTEMD_PAGER: '', SYSTEMD_COLORS: '0' };
      execFile(program, words, { env: environment, encoding: 'utf8' }, (error, output, complaint) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
        const reason = error !== null && code === undefined ? `${program}: ${error.message}` : complaint;
        resolve({ code, output: output.trim(), complaint: reason.trim() });
      });
    });
  },
};

/** Runs a program of which something depends. @throws {ServiceFailure} with what it said */
export async function succeed(machine: Machine, program: string, words: readonly string[]): Promise<void> {
  const { code, complaint, output } = await machine.run(program, words);
  if (code === 0) return;
  throw new ServiceFailure(
    `${program} ${words.join(' ')} failed: ${complaint || output || `exit code ${code}`}`,
  );
}

/** @throws {ServiceFailure} without systemd or the right to change the system */
export function requireSystemd(machine: Machine): void {
  if (!machine.hasSystemd) {
    throw new ServiceFailure(
      'systemd does not run this machine, so there is nothing to install a service in. Run `dockgate serve` under what does; docs/deploy.md shows containers.',
    );
  }
  if (!machine.isRoot) {
    throw new ServiceFailure(
      'Only root may change the services of this machine: put sudo before the command.',
    );
  }
}
