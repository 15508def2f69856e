import type { Command } from 'commander';
import type { Configuration } from '../configuration/configuration.js';
import { addConfigurationOptions, type Flags } from '../configuration/flags.js';
import { formatProblem, type Problem } from '../configuration/problem.js';
import type { Secret } from '../configuration/values/secret.js';
import { examine } from './check/examine.js';
import { CommandFailure } from './command-failure.js';
import { formatConfiguration } from './configuration-summary.js';

interface CheckFlags extends Flags {
  readonly json?: boolean;
  readonly offline?: boolean;
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
    .description(
      'check the configuration, the files that it names, and what it needs of this machine and of others',
    )
    .option('--offline', 'ask no other machine, such as the upstream')
    .option('--json', 'for programs')
    .action(async ({ json = false, offline = false, ...flags }: CheckFlags) => {
      const { findings, configuration } = await examine({ flags, ...surroundings }, !offline);
      const problems = [...findings.problems, ...findings.troubles];
      const notices = findings.notices.map(formatProblem);
      const ok = problems.length === 0;
      if (json) {
        // What is thrown goes to stderr; stdout stays one JSON document.
        print(
          JSON.stringify(
            { ok, problems: problems.map(flat), notices, configuration: shown(configuration) },
            null,
            2,
          ),
        );
      }
      if (!ok) throw failure(problems, json ? [] : notices, json);
      if (json || configuration === undefined) return;
      print([...formatConfiguration(configuration), ...notices, 'The configuration is fine.'].join('\n'));
    });
}

/** The configuration without the secrets in it. */
function shown(configuration: Configuration | undefined): unknown {
  if (configuration === undefined) return undefined;
  const { otlp, crashReports } = configuration;
  const hidden = (secret: Secret | undefined) =>
    secret === undefined || 'file' in secret ? secret : { text: '***' };
  return {
    ...configuration,
    otlp: otlp === undefined ? undefined : { ...otlp, headers: otlp.headers.map(hidden) },
    crashReports:
      crashReports === undefined
        ? undefined
        : { ...crashReports, bugsnag: hidden(crashReports.bugsnag), sentry: hidden(crashReports.sentry) },
  };
}

function flat({ place, message }: Problem) {
  return { file: place?.file, line: place?.line, column: place?.column, message };
}

function failure(problems: readonly Problem[], notices: readonly string[], json: boolean): CommandFailure {
  const summary = `The configuration has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}.`;
  const lines = json ? [] : problems.map(formatProblem);
  const also = notices.length === 0 ? [] : ['Beside that:', ...notices];
  return new CommandFailure([...lines, summary, ...also].join('\n'), 1);
}
