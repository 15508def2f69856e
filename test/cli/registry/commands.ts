import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { TestContext } from 'node:test';
import { Command, CommanderError } from 'commander';
import { CommandFailure } from '../../../src/cli/command-failure.js';
import { registerRegistryCommand } from '../../../src/cli/registry/registry.js';
import { ConfigurationError } from '../../../src/configuration/problem.js';
import { temporaryDirectory } from '../../harness/directory.js';
import { PASSWORD, type TestGateway, USER } from '../../harness/gateway.js';

export interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** How the command is run. */
export interface Running {
  /** What comes from the standard input; a password by default. */
  readonly input?: string;
  /** The input is a terminal, whose user answers a question with this line. */
  readonly answer?: string;
  readonly directory?: string;
  /** Called with everything printed; `interrupt` is Ctrl-C. */
  readonly onOutput?: (text: string, interrupt: () => void) => void;
  /** Progress goes to a terminal, and this is called with what is drawn there. */
  readonly onDrawing?: (text: string, interrupt: () => void) => void;
}

/** Runs `dockgate registry` with some words. */
export async function registry(words: readonly string[], running: Running = {}): Promise<Outcome> {
  const { input = PASSWORD, answer, directory = process.cwd(), onOutput, onDrawing } = running;
  let out = '';
  let err = '';
  let interrupt = (): void => {};
  const keyboard = new PassThrough();
  const isTTY = answer !== undefined;
  if (!isTTY) keyboard.end(input);
  const program = new Command('dockgate').exitOverride().configureOutput({
    writeOut: (text) => {
      out += text;
      onOutput?.(text, interrupt);
    },
    writeErr: (text) => {
      err += text;
      if (text.endsWith('[y/N] ')) keyboard.write(`${answer}\n`);
    },
  });
  registerRegistryCommand(program, {
    environment: {},
    directory,
    keyboard: Object.assign(keyboard, { isTTY }),
    screen: {
      isTTY: onDrawing !== undefined,
      write: (text) => {
        if (onDrawing === undefined) err += text;
        else onDrawing(text, interrupt);
      },
    },
    onInterrupt: (callback) => {
      interrupt = () => callback('Stopped.');
      return () => {};
    },
  });
  try {
    await program.parseAsync(['registry', ...words], { from: 'user' });
    return { exitCode: 0, out, err };
  } catch (error) {
    if (error instanceof CommandFailure)
      return { exitCode: error.exitCode, out, err: `${err}${error.message}\n` };
    if (error instanceof ConfigurationError) return { exitCode: 2, out, err: `${err}${error.message}\n` };
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2, out, err };
    throw error;
  }
}

/** The words that name a place, and those that let the commands in. */
export interface Access {
  /** What stands before the name of a repository. */
  readonly prefix: string;
  readonly options: readonly string[];
}

/** A gateway, asked over HTTPS. */
export function overHttps(test: TestContext, gateway: TestGateway): Access {
  const file = join(temporaryDirectory(test), 'ca.pem');
  writeFileSync(file, gateway.ca);
  return { prefix: `${gateway.url}/`, options: ['--user', USER, '--password-stdin', '--ca', file] };
}

/** A data directory. */
export function onDirectory(data: string): Access {
  return { prefix: '', options: ['--data', data] };
}
