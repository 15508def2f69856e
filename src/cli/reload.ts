import type { Command } from 'commander';
import { configVariable, defaultFile } from '../configuration/flags.js';
import { formatReportedProblem, type ReloadReport } from '../monitor/status.js';
import { CommandFailure } from './command-failure.js';
import { printable, printableJson } from './registry/printable.js';
import { asked, findServer, type Surroundings } from './running-server.js';

interface ReloadFlags {
  readonly config?: string;
  readonly control?: string;
  readonly json?: boolean;
}

/** Adds `dockgate reload`: has the running server take its configuration over, and says what is wrong with it. */
export function registerReloadCommand(
  program: Command,
  surroundings: Surroundings = { environment: process.env, directory: process.cwd() },
): void {
  const print = (text: string): void => program.configureOutput().writeOut?.(`${text}\n`);
  program
    .command('reload')
    .description('have the running server take over its configuration, users, rules and certificates')
    .option(
      '--config <FILE>',
      `Its configuration file (environment: ${configVariable}; default: ./${defaultFile} if it exists).`,
    )
    .option('--control <PATH>', 'Its control socket, in place of the one that the configuration names.')
    .option('--json', 'for programs')
    .action(async ({ json = false, ...flags }: ReloadFlags) => {
      const server = await findServer(flags, surroundings);
      const report = await asked(server.reload());
      if (json) print(printableJson(report, 2));
      if (!report.ok) throw refused(report, json);
      if (!json) print([...report.notices, taken(report)].map(printable).join('\n'));
    });
}

function taken({ generation }: ReloadReport): string {
  return `The configuration is in use. It is the ${ordinal(generation)} since the start.`;
}

function refused({ problems }: ReloadReport, json: boolean): CommandFailure {
  const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
  const lines = json ? [] : problems.map((problem) => printable(formatReportedProblem(problem)));
  return new CommandFailure(
    [...lines, `The configuration has ${count}. The one from before stays in use.`].join('\n'),
  );
}

function ordinal(number: number): string {
  const ending =
    number % 100 > 10 && number % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}
