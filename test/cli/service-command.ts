import { Command, CommanderError } from 'commander';
import { CommandFailure } from '../../src/cli/command-failure.js';
import { registerServiceCommand } from '../../src/cli/service.js';
import { ConfigurationError } from '../../src/configuration/problem.js';
import type { Ending, Machine } from '../../src/service/machine.js';

/** A program that had nothing to say. */
export const FINE: Ending = { code: 0, output: '', complaint: '' };
/** Where systemd is not. */
export const nowhere: Machine = { isRoot: true, hasSystemd: false, run: async () => FINE };

export interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `dockgate service …` on such a machine. */
export async function run(machine: Machine, ...args: readonly string[]): Promise<Outcome> {
  let out = '';
  let err = '';
  const program = new Command('dockgate').exitOverride().configureOutput({
    writeOut: (text) => {
      out += text;
    },
    writeErr: (text) => {
      err += text;
    },
  });
  registerServiceCommand(program, machine);
  try {
    await program.parseAsync(['service', ...args], { from: 'user' });
    return { exitCode: 0, out, err };
  } catch (error) {
    if (error instanceof CommandFailure) return { exitCode: error.exitCode, out, err: error.message };
    if (error instanceof ConfigurationError) return { exitCode: 2, out, err: error.message };
    if (error instanceof CommanderError) return { exitCode: 2, out, err };
    throw error;
  }
}

/** A machine with systemd that answers as told, and notes what was asked of it. */
export function machineWith(answers: Record<string, Ending>): Machine & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    ...{ isRoot: true, hasSystemd: true, asked },
    async run(program, words) {
      const line = [program, ...words].join(' ');
      asked.push(line);
      const key = Object.keys(answers).find((each) => line.startsWith(each));
      return key === undefined ? FINE : (answers[key] ?? FINE);
    },
  };
}
