import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Configuration } from '../../configuration/configuration.js';
import type { ConfigurationInput } from '../../configuration/input.js';
import { loadConfiguration } from '../../configuration/load.js';
import { ConfigurationError, formatProblem, type Problem } from '../../configuration/problem.js';
import { type ReloadReport, reportProblem } from '../../monitor/status.js';
import { checkNamedFiles } from '../named-files.js';

/** What takes a configuration over. */
export interface ReloadTarget {
  /** @returns why it cannot; empty: it holds */
  reload(configuration: Configuration): Promise<readonly Problem[]>;
}

/** Called around each reload. */
export interface ReloadListener {
  began(): void;
  ended(report: ReloadReport): void;
}

/** The reloads of a running program, one at a time. What is broken changes nothing. */
export class Reloads {
  readonly #input: ConfigurationInput;
  readonly #target: ReloadTarget;
  readonly #logger: Logger;
  readonly #listener: ReloadListener | undefined;
  /** That of the start: what only a restart changes is as it says. */
  readonly #first: Configuration;
  #configuration: Configuration;
  #generation = 1;
  #isStopping = false;
  #turn: Promise<unknown> = Promise.resolve();
  /** One that has not begun yet. */
  #next: Promise<ReloadReport> | undefined;

  /** @param configuration that holds now, made of this input */
  constructor(
    input: ConfigurationInput,
    configuration: Configuration,
    target: ReloadTarget,
    logger: Logger,
    listener?: ReloadListener,
  ) {
    this.#input = input;
    this.#first = configuration;
    this.#configuration = configuration;
    this.#target = target;
    this.#logger = logger;
    this.#listener = listener;
  }

  /** Counts the configurations that have held; begins at 1. */
  get generation(): number {
    return this.#generation;
  }

  get configuration(): Configuration {
    return this.#configuration;
  }

  /** From now on every reload is refused. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Reads the configuration anew, checks it with the files that it names, and lets it hold. Never rejects. */
  reload(): Promise<ReloadReport> {
    // It will find the files as they are now, or later: whoever asks again and again must not make a queue.
    if (this.#next !== undefined) return this.#next;
    const done = this.#turn.then(async () => {
      this.#next = undefined;
      if (this.#isStopping)
        return this.#refuse([{ place: undefined, message: 'The server is stopping.' }], []);
      this.#listener?.began();
      const report = await this.#reload();
      // Whoever is stopping has said so, and must not be taken for ready again.
      if (!this.#isStopping) this.#listener?.ended(report);
      return report;
    });
    this.#turn = done;
    this.#next = done;
    return done;
  }

  async #reload(): Promise<ReloadReport> {
    try {
      const configuration = await loadConfiguration(this.#input);
      const found = await checkNamedFiles(configuration, Date.now());
      const { problems } = found;
      // What a start would put up with does not refuse a reload.
      const notices = [...found.notices, ...found.troubles.map(formatProblem)];
      if (problems.length > 0) return this.#refuse(problems, notices);
      const refusals = await this.#target.reload(configuration);
      if (refusals.length > 0) return this.#refuse(refusals, notices);
      const later = afterRestart(this.#first, configuration);
      this.#configuration = configuration;
      this.#generation += 1;
      for (const notice of later) this.#logger.warn(notice);
      this.#logger.info(
        { generation: this.#generation, file: configuration.file },
        'the configuration holds',
      );
      return { ok: true, problems: [], notices: [...notices, ...later], generation: this.#generation };
    } catch (error) {
      if (error instanceof ConfigurationError) return this.#refuse(error.problems, []);
      this.#logger.error({ err: error }, 'the configuration could not be taken over');
      const message = `the configuration could not be taken over: ${error instanceof Error ? error.message : String(error)}`;
      return this.#refuse([{ place: undefined, message }], []);
    }
  }

  #refuse(problems: readonly Problem[], notices: readonly string[]): ReloadReport {
    const lines = problems.slice(0, 10).map(formatProblem);
    this.#logger.error(
      { problems: lines, more: problems.length - lines.length },
      'the configuration is broken; what held before goes on',
    );
    return { ok: false, problems: problems.map(reportProblem), notices, generation: this.#generation };
  }
}

/** What is different from the start and does not hold before a restart, a sentence each. */
function afterRestart(first: Configuration, after: Configuration): readonly string[] {
  const notices: string[] = [];
  if ((first.workers === undefined) !== (after.workers === undefined))
    notices.push('Whether there are workers (workers.count) changes with a restart only.');
  if (!isDeepStrictEqual(first.crashReports, after.crashReports))
    notices.push('To whom crashes are reported (crashReports) changes with a restart only.');
  return notices;
}
