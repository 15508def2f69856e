import type { Command } from 'commander';
import { addConfigurationOptions, type Flags } from '../configuration/flags.js';
import { loadConfiguration } from '../configuration/load.js';
import { ConfigurationError, formatProblem, type Problem } from '../configuration/problem.js';
import { CommandFailure } from './command-failure.js';
import { formatConfiguration } from './configuration-summary.js';
import { checkNamedFiles } from './named-files.js';

interface CheckFlags extends Flags {
  readonly json?: boolean;
}

/** Where the command runs. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
}

/**
 * Adds `dockgate check`: says everything that is wrong with the configuration and with the files that it names,
 * or what holds in the end. Starts nothing, writes nothing.
 */
export function registerCheckCommand(
  program: Command,
  surroundings: Surroundings = { environment: process.env, directory: process.cwd() },
): void {
  const print = (text: string): void => program.configureOutput().writeOut?.(`${text}\n`);
  addConfigurationOptions(program.command('check'))
    .description('check the configuration and the files that it names')
    .option('--json', 'for programs')
    .action(async ({ json = false, ...flags }: CheckFlags) => {
      const { problems, notices, configuration } = await findings({ flags, ...surroundings });
      const ok = problems.length === 0;
      if (json) {
        // What is thrown goes to stderr; stdout stays one JSON document.
        print(JSON.stringify({ ok, problems: problems.map(flat), notices, configuration }, null, 2));
      }
      if (!ok) throw failure(problems, json);
      if (json || configuration === undefined) return;
      print([...formatConfiguration(configuration), ...notices, 'The configuration is fine.'].join('\n'));
    });
}

async function findings(input: Parameters<typeof loadConfiguration>[0]) {
  try {
    const configuration = await loadConfiguration(input);
    return { configuration, ...(await checkNamedFiles(configuration, Date.now())) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { configuration: undefined, problems: error.problems, notices: [] };
  }
}

function flat({ place, message }: Problem) {
  return { file: place?.file, line: place?.line, column: place?.column, message };
}

function failure(problems: readonly Problem[], json: boolean): CommandFailure {
  const summary = `The configuration has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}.`;
  const lines = json ? [] : problems.map(formatProblem);
  return new CommandFailure([...lines, summary].join('\n'), 1);
}
