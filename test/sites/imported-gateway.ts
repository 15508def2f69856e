import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Command } from 'commander';
import { registerImportCommand } from '../../src/cli/import.js';
import { loadConfiguration } from '../../src/configuration/load.js';
import { startGateway } from '../../src/gateway.js';
import { makeLogs } from '../../src/telemetry/logger.js';
import { afterwards } from '../harness/afterwards.js';

/** What `dockgate import` said. */
export interface ImportOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `dockgate import` in a directory. */
export async function runImport(directory: string, words: readonly string[]): Promise<ImportOutput> {
  let stdout = '';
  let stderr = '';
  const program = new Command('dockgate').exitOverride().configureOutput({
    writeOut: (text) => {
      stdout += text;
    },
    writeErr: (text) => {
      stderr += text;
    },
  });
  registerImportCommand(program, { environment: {}, directory });
  await program.parseAsync(['import', ...words], { from: 'user' });
  return { stdout, stderr };
}

/** Starts a gateway by a configuration that was made, on a free port. */
export async function startImported(test: TestContext, directory: string, text: string): Promise<number> {
  writeFileSync(join(directory, 'dockgate.yaml'), text);
  const configuration = await loadConfiguration({
    flags: { listen: ['127.0.0.1:0'] },
    environment: { DOCKGATE_CONTROL: 'off' },
    directory,
  });
  const gateway = await startGateway(configuration, makeLogs('error', { write: () => undefined }));
  afterwards(test, () => gateway.abort());
  return gateway.addresses[0]?.port ?? 0;
}
