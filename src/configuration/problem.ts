/** Where in which file something is wrong. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** One thing that is wrong in what the operator wrote: a sentence, and where. */
export interface Problem {
  /** undefined when it comes from a flag or the environment; the message names which then. */
  readonly place: Place | undefined;
  readonly message: string;
}

/** `file:line:column: message`, as compilers and `nginx -t` write it. */
export function formatProblem(problem: Problem): string {
  const { place, message } = problem;
  if (place === undefined) return message;
  const line = place.line === undefined ? '' : `:${place.line}`;
  const column = place.line === undefined || place.column === undefined ? '' : `:${place.column}`;
  return `${place.file}${line}${column}: ${message}`;
}

/** The command line, the environment, the configuration file or a file that it names is wrong. Exit code 2. */
export class ConfigurationError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join('\n'), options);
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}
