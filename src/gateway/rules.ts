import type { Logger } from 'pino';
import { Groups } from '../access/groups.js';
import type { Policy } from '../access/policy.js';
import { compilePolicy, missingGroups } from '../access/rules.js';
import type { RuleConfiguration } from '../configuration/access.js';
import type { AccessContent } from '../configuration/access-content.js';
import type { Configuration } from '../configuration/configuration.js';
import { ConfigurationError, formatProblem, type Problem } from '../configuration/problem.js';
import { FileWatch, type WatchTimes } from '../htpasswd/file-watch.js';
import { readGroups, readRules } from './access-reading.js';
import { namesUser, unknownUsers } from './named-users.js';

export interface RulesOptions {
  /** Whether somebody can log in by this name with a password. */
  readonly isUser: (name: string) => boolean;
  readonly logger: Logger;
  /** Called after other rules hold. */
  readonly onChange?: (change: { readonly rules: number }) => void;
  /** Called for each state of the files that is broken, which leaves in force what held before. */
  readonly onRefusal?: (refusal: { readonly problems: number }) => void;
  /** Default: every 500 ms, 100 ms after a change. */
  readonly times?: WatchTimes;
}

/** The rules that hold now. */
export interface LiveRules {
  readonly current: Policy;
  /** Whether a rule or a group names this user; nobody may then take the name. */
  names(user: string): boolean;
  /** Takes the files as they are now, for whoever knows that they are whole; what is broken is told as ever. */
  refresh(): Promise<void>;
  close(): void;
}

const DEFAULT_TIMES: WatchTimes = { interval: 500, settle: 100 };
/** No rules where there were some may be a file that is being written: that opens everything to every user. */
const LOOKS_AT_NONE = 3;

/**
 * Opens the rules and the groups, and keeps them as their files are. Of the configuration file only `access` holds while
 * the gateway runs. What is broken leaves the last good rules in place, and says so once.
 *
 * @throws {ConfigurationError} when the file of groups cannot be used, or lacks a group that a rule names
 */
export async function openRules(configuration: Configuration, options: RulesOptions): Promise<LiveRules> {
  const { access } = configuration;
  let groups = Groups.none;
  if (access.groups !== undefined) {
    const parsed = await readGroups(access.groups);
    if (parsed.problems.length > 0) throw new ConfigurationError(parsed.problems);
    groups = parsed.groups;
  }
  const missing = missingGroups(access.rules, groups);
  if (missing.length > 0) throw new ConfigurationError(missing);
  return new WatchedRules(configuration, groups, options);
}

class WatchedRules implements LiveRules {
  current: Policy;
  readonly #configuration: Configuration;
  readonly #options: RulesOptions;
  readonly #label: string;
  /** The last good content of either file; what holds may be older where they do not fit together. */
  #rules: readonly RuleConfiguration[];
  #groups: Groups;
  #holding: { readonly rules: readonly RuleConfiguration[]; readonly groups: Groups };
  #groupsFile: string | undefined;
  /** What the file said when it was first looked at. */
  #first: AccessContent | undefined;
  #rest: string | undefined;
  readonly #told = new Map<string, string>();
  readonly #file: FileWatch | undefined;
  #groupsWatch: FileWatch | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(configuration: Configuration, groups: Groups, options: RulesOptions) {
    const { file, access } = configuration;
    this.#configuration = configuration;
    this.#options = options;
    this.#label = access.rules[0]?.place.file ?? file ?? '';
    this.#rules = access.rules;
    this.#groups = groups;
    this.#holding = { rules: access.rules, groups };
    this.current = compilePolicy(access.rules, groups);
    const times = options.times ?? DEFAULT_TIMES;
    if (file !== undefined)
      this.#file = new FileWatch(file, times, (_, looks) => this.#inTurn(() => this.#readFile(file, looks)));
    this.#watchGroups(access.groups);
    this.#warn();
  }

  names(user: string): boolean {
    return namesUser(this.#holding.rules, this.#holding.groups, user);
  }

  async refresh(): Promise<void> {
    const { file } = this.#configuration;
    if (file !== undefined) {
      await this.#inTurn(() => {
        // Whoever asks has the rest of the file taken over, too.
        this.#rest = undefined;
        return this.#readFile(file, LOOKS_AT_NONE);
      });
    }
    const groups = this.#groupsFile;
    if (groups !== undefined) await this.#inTurn(() => this.#readGroups(groups));
  }

  close(): void {
    this.#isClosed = true;
    this.#file?.close();
    this.#groupsWatch?.close();
  }

  #watchGroups(file: string | undefined): void {
    this.#groupsWatch?.close();
    this.#groupsFile = file;
    const times = this.#options.times ?? DEFAULT_TIMES;
    this.#groupsWatch =
      file === undefined
        ? undefined
        : new FileWatch(file, times, () => this.#inTurn(() => this.#readGroups(file)));
  }

  /** One reading at a time: two at once could leave the older one in place. */
  #inTurn(work: () => Promise<boolean>): Promise<boolean> {
    const done = this.#turn.then(work).catch((err: unknown) => {
      this.#options.logger.error({ err }, 'the rules could not be read');
      return true;
    });
    this.#turn = done;
    return done;
  }

  async #readFile(file: string, looks: number): Promise<boolean> {
    const content = await readRules(file, this.#label);
    if (this.#isClosed || this.#refused(file, this.#problemsOf(content))) return true;
    const isEmptied = content.rules.length === 0 && this.#rules.length > 0;
    if (isEmptied && looks < LOOKS_AT_NONE) return false;
    this.#first ??= content;
    this.#rest ??= content.rest;
    if (content.rest !== this.#rest) {
      this.#rest = content.rest;
      this.#options.logger.warn(
        { file },
        'settings other than "access" have changed; they hold after a reload',
      );
    }
    await this.#follow(content.groups);
    this.#rules = content.rules;
    this.#hold(file);
    return true;
  }

  /** Whoever wants no rules any more writes so; a file that was cut off must not open everything to every user. */
  #problemsOf({ problems, isBlank }: AccessContent): readonly Problem[] {
    if (!isBlank || this.#rules.length === 0 || problems.length > 0) return problems;
    const message =
      'The configuration file is empty, or ends behind "access:"; write {} when there shall be no rules.';
    return [{ place: { file: this.#label }, message }];
  }

  /** The file may name another file of groups, unless the environment has the last word. */
  async #follow(groups: string | undefined): Promise<void> {
    const isGoverning = this.#first?.groups === this.#configuration.access.groups;
    if (!isGoverning || groups === this.#groupsFile) return;
    this.#groups = Groups.none;
    this.#watchGroups(groups);
    if (groups !== undefined) await this.#readGroups(groups);
  }

  async #readGroups(file: string): Promise<boolean> {
    const { groups, problems } = await readGroups(file);
    if (this.#isClosed || file !== this.#groupsFile || this.#refused(file, problems)) return true;
    this.#groups = groups;
    this.#hold(file);
    return true;
  }

  /** Puts the rules and the groups into force, if they fit together and are others than before. */
  #hold(file: string): void {
    const [rules, groups] = [this.#rules, this.#groups];
    if (this.#refused('access', missingGroups(rules, groups)) || this.#isSame(rules, groups)) return;
    this.current = compilePolicy(rules, groups);
    this.#holding = { rules, groups };
    this.#options.logger.info({ file, rules: rules.length }, 'the rules have changed');
    this.#warn();
    this.#options.onChange?.({ rules: rules.length });
  }

  #isSame(rules: readonly RuleConfiguration[], groups: Groups): boolean {
    return (
      JSON.stringify(rules) === JSON.stringify(this.#holding.rules) &&
      (groups === this.#holding.groups || listed(groups) === listed(this.#holding.groups))
    );
  }

  /** Tells each state of a file once. */
  #refused(about: string, problems: readonly Problem[]): boolean {
    const text = problems.slice(0, 10).map(formatProblem).join('\n');
    if (text !== (this.#told.get(about) ?? '') && text !== '') {
      for (const problem of problems.slice(0, 10))
        this.#options.logger.error({ problem: formatProblem(problem) }, 'the last good rules stay in place');
      this.#options.onRefusal?.({ problems: problems.length });
    }
    this.#told.set(about, text);
    return text !== '';
  }

  #warn(): void {
    const { clientCertificates, auth } = this.#configuration;
    // Others than those of the password file have names then.
    if (clientCertificates !== undefined || auth.issuers.length > 0) return;
    const { rules, groups } = this.#holding;
    for (const problem of unknownUsers(rules, groups, this.#groupsFile, this.#options.isUser))
      this.#options.logger.warn({ problem: formatProblem(problem) }, 'a rule may not do what was meant');
  }
}

function listed(groups: Groups): string {
  return JSON.stringify(Array.from(groups.values(), ({ name, members }) => [name, [...members.keys()]]));
}
