import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { CommandFailure } from '../../src/cli/command-failure.js';
import { registerImportCommand } from '../../src/cli/import.js';
import { loadConfiguration } from '../../src/configuration/load.js';
import { SAMPLE } from '../configuration/docker-registry/sample.js';
import { temporaryDirectory } from '../harness/directory.js';

/** Runs the command in a directory. */
async function runImport(
  directory: string,
  words: readonly string[],
  environment: Record<string, string> = {},
) {
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
  registerImportCommand(program, { environment, directory });
  let failure: CommandFailure | undefined;
  try {
    await program.parseAsync(['import', 'docker-registry', ...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    failure = error;
  }
  return { stdout, stderr, failure };
}

test('import prints a configuration, or writes it into a new file', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'config.yml'), SAMPLE);
  const printed = await runImport(directory, ['config.yml']);
  assert.equal(printed.failure, undefined);
  assert.match(printed.stdout, /^data: \/var\/docker-registry\/registry$/m);
  assert.equal(printed.stderr, '');
  const written = await runImport(directory, ['config.yml', '--output', 'dockgate.yaml']);
  assert.equal(written.failure, undefined);
  assert.equal(written.stdout, '');
  assert.match(written.stderr, /Made dockgate\.yaml/);
  assert.equal(readFileSync(join(directory, 'dockgate.yaml'), 'utf8'), printed.stdout);
  await loadConfiguration({ flags: {}, environment: {}, directory });
  const again = await runImport(directory, ['config.yml', '--output', 'dockgate.yaml', '--flavor', 's3']);
  assert.equal(again.failure?.exitCode, 1);
  assert.match(again.failure?.message ?? '', /exists already/);
  assert.equal(readFileSync(join(directory, 'dockgate.yaml'), 'utf8'), printed.stdout);
});

test('import finds file and flavour in the environment, as docker-registry did', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'mine.yml'), SAMPLE);
  const environment = { DOCKER_REGISTRY_CONFIG: 'mine.yml', SETTINGS_FLAVOR: 'prod' };
  const { stdout, stderr, failure } = await runImport(directory, [], environment);
  assert.equal(failure, undefined);
  assert.match(stdout, /flavour prod/);
  assert.match(stderr, /^mine\.yml:70:5: "stroage_path" is not a setting/);
  assert.equal((await runImport(directory, [])).failure?.exitCode, 2);
});

test('import says where a file is broken and ends with 1', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'config.yml'), 'dev:\n  storage: local\n  issue: "open\n');
  writeFileSync(join(directory, 'latin1.yml'), Buffer.from('dev: {issue: gr\xfc\xdfe}', 'latin1'));
  writeFileSync(join(directory, 'large.yml'), '#'.repeat(9_000_000));
  for (const [file, message] of [
    ['config.yml', /^config\.yml:\d+:\d+: /],
    ['latin1.yml', /not UTF-8/],
    ['large.yml', /larger than/],
    ['absent.yml', /absent\.yml does not exist/],
    ['.', /is a directory/],
  ] as const) {
    const { failure, stdout } = await runImport(directory, [file]);
    assert.equal(failure?.exitCode, 1, file);
    assert.match(failure.message, message);
    assert.equal(stdout, '');
  }
});
