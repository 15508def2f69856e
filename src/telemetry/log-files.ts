import type { Logger } from 'pino';
import type { LogLevel } from '../configuration/configuration.js';
import type { LogConfiguration } from '../configuration/logs.js';
import { ConfigurationError, formatProblem, type Problem } from '../configuration/problem.js';
import { AccessLog, type LineSink } from './access-log.js';
import { LogFileError, LogOutput, STANDARD_OUTPUT } from './log-output.js';
import type { OpenLogs, PreparedLogs } from './logger.js';

/** Files that are open, by their paths. */
type Outputs = ReadonlyMap<string, LogOutput>;

/** The logs of a process: which files are open, and which lines go where. */
export class LogFiles implements OpenLogs {
  readonly logger: Logger;
  /** Where the program's own lines go at the moment. */
  #lines: LineSink;
  #access: AccessLog | undefined;
  #outputs: Outputs;
  readonly #isShared: boolean;
  /** Files that get their last lines. */
  readonly #ending = new Set<Promise<void>>();

  /** @throws {ConfigurationError} */
  constructor(
    level: LogLevel,
    log: LogConfiguration,
    isShared: boolean,
    makeLogger: (level: LogLevel, destination: LineSink) => Logger,
  ) {
    this.#isShared = isShared;
    this.#outputs = openOutputs(log, new Map(), isShared);
    this.#lines = outputOf(this.#outputs, log.file);
    this.logger = makeLogger(level, { write: (line) => this.#lines.write(line) });
    this.#access = this.#accessLog(this.#outputs, log);
  }

  get access(): AccessLog | undefined {
    return this.#access;
  }

  async reopen(): Promise<readonly Problem[]> {
    const problems: Problem[] = [];
    const done: Promise<void>[] = [];
    for (const output of this.#outputs.values()) {
      try {
        done.push(this.#follow(output.reopen()));
      } catch (error) {
        if (!(error instanceof LogFileError)) throw error;
        problems.push(error.problem);
      }
    }
    for (const problem of problems) {
      const text = formatProblem(problem);
      const message = 'a log file could not be opened anew; lines go on into the old one';
      this.logger.error({ problem: text }, message);
      process.stderr.write(`dockgate: ${message}: ${text}\n`);
    }
    await Promise.all(done);
    return problems;
  }

  prepare(level: LogLevel, log: LogConfiguration): PreparedLogs {
    const before = this.#outputs;
    const outputs = openOutputs(log, before, this.#isShared);
    const closeOthers = (some: Outputs, others: Outputs): void => {
      for (const [path, output] of some) if (others.get(path) !== output) void this.#follow(output.close());
    };
    return {
      take: () => {
        this.logger.level = level;
        this.#outputs = outputs;
        this.#lines = outputOf(outputs, log.file);
        this.#access = this.#accessLog(outputs, log);
        closeOthers(before, outputs);
      },
      discard: () => closeOthers(outputs, before),
    };
  }

  apply(level: LogLevel, log: LogConfiguration): void {
    this.prepare(level, log).take();
  }

  async close(): Promise<void> {
    for (const output of this.#outputs.values()) void this.#follow(output.close());
    await Promise.all(this.#ending);
  }

  #accessLog(outputs: Outputs, { file, access }: LogConfiguration): AccessLog | undefined {
    // Whoever names a file for them wants them; the level is about the program's own lines then.
    if (access.file === undefined && !this.logger.isLevelEnabled('info')) return undefined;
    return new AccessLog(outputOf(outputs, access.file ?? file), access);
  }

  #follow(ending: Promise<void>): Promise<void> {
    this.#ending.add(ending);
    return ending.finally(() => this.#ending.delete(ending));
  }
}

/** @param known files that are open already @throws {ConfigurationError} when one cannot be opened; none is left open then */
function openOutputs({ file, access }: LogConfiguration, known: Outputs, isShared: boolean): Outputs {
  const outputs = new Map<string, LogOutput>();
  const problems: Problem[] = [];
  const places = [
    ['log.file', file ?? STANDARD_OUTPUT],
    ['log.access.file', access.file ?? file ?? STANDARD_OUTPUT],
  ] as const;
  for (const [setting, path] of places) {
    if (outputs.has(path)) continue;
    try {
      outputs.set(path, known.get(path) ?? new LogOutput(setting, path, isShared));
    } catch (error) {
      if (!(error instanceof LogFileError)) throw error;
      if (!problems.some(({ place }) => place?.file === path)) problems.push(error.problem);
    }
  }
  if (problems.length === 0) return outputs;
  for (const [path, output] of outputs) if (known.get(path) !== output) void output.close();
  throw new ConfigurationError(problems);
}

function outputOf(outputs: Outputs, path = STANDARD_OUTPUT): LineSink {
  const output = outputs.get(path);
  if (output === undefined) throw new TypeError(`${path} is not open`);
  return output;
}
