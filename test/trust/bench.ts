import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { Command } from 'commander';
import { CommandFailure } from '../../src/cli/command-failure.js';
import { registerTrustCommand, type TrustSurroundings } from '../../src/cli/trust.js';
import type { PairFiles } from '../../src/configuration/configuration.js';
import { initialize } from '../../src/tls/issuance.js';
import { temporaryDirectory } from '../harness/directory.js';

/** How `dockgate trust` ended, and what it said. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine in a directory, and the authority of a gateway. */
export interface TrustBench {
  readonly root: string;
  readonly authority: PairFiles;
  readonly server: PairFiles;
  /** Programs that were run. */
  readonly ran: (readonly string[])[];
  /** Runs `dockgate trust` with these words. */
  trust(...words: readonly string[]): Promise<Outcome>;
  /** Writes a file of the machine. */
  write(path: string, text?: string): Promise<void>;
}

/** @param changes what the machine differs in from one of the superuser's, with nothing on it. @param madeAt when the authority was made */
export async function makeTrustBench(
  test: TestContext,
  changes: Partial<TrustSurroundings['machine']> & { readonly run?: TrustSurroundings['run'] } = {},
  madeAt = Date.now(),
): Promise<TrustBench> {
  const directory = temporaryDirectory(test);
  const root = join(directory, 'root');
  await mkdir(root);
  const options = { certs: join(directory, 'made'), force: false, now: madeAt };
  const made = await initialize({ ...options, keyType: 'ecdsa', rsaBits: 2048 }, ['localhost']);
  const ran: (readonly string[])[] = [];
  const { run, ...machine } = changes;
  const surroundings: TrustSurroundings = {
    machine: { platform: 'linux', root, user: 0, home: '/root', environment: {}, ...machine },
    directory,
    run: (words) => {
      ran.push(words);
      return run === undefined ? Promise.resolve(undefined) : run(words);
    },
  };
  return {
    root,
    ...{ authority: made.authority, server: made.server, ran },
    async trust(...words) {
      let stdout = '';
      const program = new Command().exitOverride().configureOutput({
        writeOut: (text) => {
          stdout += text;
        },
        writeErr: () => {},
      });
      registerTrustCommand(program, surroundings);
      try {
        await program.parseAsync(['trust', ...words], { from: 'user' });
        return { exitCode: 0, stdout, stderr: '' };
      } catch (error) {
        if (!(error instanceof CommandFailure)) throw error;
        return { exitCode: error.exitCode, stdout, stderr: error.message };
      }
    },
    async write(path, text = '') {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    },
  };
}
