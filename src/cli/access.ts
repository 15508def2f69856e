import { type Command, Option } from 'commander';
import { missingGroups } from '../access/rules.js';
import type { RuleConfiguration } from '../configuration/access.js';
import type { Configuration } from '../configuration/configuration.js';
import { loadConfiguration } from '../configuration/load.js';
import { ConfigurationError } from '../configuration/problem.js';
import { RobotFile } from '../robots/index.js';
import { type AccessAnswer, answer } from './access-answer.js';
import { readGroups } from './access-files.js';
import { readQuestion } from './access-question.js';
import type { Surroundings } from './check.js';
import { CommandFailure } from './command-failure.js';
import { placeText, ruleText } from './rule-text.js';

interface AccessFlags {
  readonly config?: string;
  readonly json?: boolean;
}

interface ExplainFlags extends AccessFlags {
  readonly from: string;
  readonly verbose?: boolean;
}

/** Adds `dockgate access …`: what the rules say, and why. Reads files only; a running gateway is not asked. */
export function registerAccessCommand(
  program: Command,
  surroundings: Surroundings = { environment: process.env, directory: process.cwd() },
): void {
  const print = (text: string): void => program.configureOutput().writeOut?.(`${text}\n`);
  const access = program.command('access').description('say who may do what, and which rule decides');

  common(access.command('explain'))
    .description(
      'say whether somebody may do something, and which rule decides; exit code 0 allowed, 1 denied',
    )
    .argument(
      '<user>',
      'a name; "anonymous" or "-" for a stranger, robot:NAME for a robot, user:NAME for any name',
    )
    .argument('<action>', 'pull, push, delete, catalog, search or admin')
    .argument('[repository]', 'for pull, push and delete')
    .option('--from <ADDRESS>', 'IP address of the client', '127.0.0.1')
    .option('-v, --verbose', 'also the rules that were passed over, and why')
    .action(async (who: string, what: string, repository: string | undefined, flags: ExplainFlags) => {
      const question = readQuestion(who, what, repository, flags.from);
      const { configuration, groups } = await read(flags, surroundings);
      const robots = question.robot === undefined ? undefined : await openRobots(configuration.auth.robots);
      const robot = robots?.list.byName.get(question.robot ?? '');
      const found = answer(question, configuration.access.rules, groups, robot, Date.now());
      print(
        flags.json === true ? JSON.stringify(flat(found), null, 2) : inWords(found, flags.verbose === true),
      );
      if (!found.allowed) throw new CommandFailure('', 1);
    });

  common(access.command('list'))
    .description('list the rules in their order; the first one that fits decides')
    .action(async (flags: AccessFlags) => {
      const { rules } = (await read(flags, surroundings)).configuration.access;
      if (flags.json === true) print(JSON.stringify(rules.map(flatRule), null, 2));
      else
        print(
          rules.length === 0
            ? 'There are no rules: every user may do everything.'
            : rules.map(line).join('\n'),
        );
    });
}

function common(command: Command): Command {
  return command
    .addOption(new Option('--config <FILE>', 'configuration file (default: ./dockgate.yaml if it exists)'))
    .option('--json', 'for programs');
}

async function read({ config }: AccessFlags, { environment, directory }: Surroundings) {
  const flags = config === undefined ? {} : { config };
  const configuration: Configuration = await loadConfiguration({ flags, environment, directory });
  const { rules, groups: file } = configuration.access;
  const groups = await readGroups(file);
  const missing = missingGroups(rules, groups);
  if (missing.length > 0) throw new ConfigurationError(missing);
  return { configuration, groups };
}

function openRobots(file: string): Promise<RobotFile> {
  return RobotFile.open(file, { watch: false });
}

function inWords({ allowed, rule, reason, passed }: AccessAnswer, isVerbose: boolean): string {
  const head = [allowed ? 'allowed' : 'denied', reason];
  if (rule !== undefined) head.push(line(rule));
  if (!isVerbose || passed.length === 0) return head.join('\n');
  return [...head, 'Passed over:', ...passed.map((one) => `  ${line(one.rule)} - ${one.obstacle}`)].join(
    '\n',
  );
}

function line(rule: RuleConfiguration): string {
  return `${placeText(rule.place)}: ${ruleText(rule)}`;
}

function flatRule({ place, ...rule }: RuleConfiguration) {
  return { ...place, ...rule };
}

function flat({ rule, passed, ...rest }: AccessAnswer) {
  const passedOver = passed.map((one) => ({ ...flatRule(one.rule), obstacle: one.obstacle }));
  return { ...rest, rule: rule === undefined ? null : flatRule(rule), passed: passedOver };
}
