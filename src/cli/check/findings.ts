import type { Configuration } from '../../configuration/configuration.js';
import { ConfigurationError, type Place, type Problem } from '../../configuration/problem.js';
import type { Written } from '../../configuration/written.js';

/** What is to be looked at. */
export interface CheckContext {
  readonly configuration: Configuration;
  /** What was written for a setting where it was taken from; empty for a default. */
  written(path: string): readonly Written[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What was found, the worst first. */
export class Findings {
  /** `serve` would not start. */
  readonly problems: Problem[] = [];
  /** It would start, but clients would fail, or somebody could take it over. */
  readonly troubles: Problem[] = [];
  /** It works, but a person should know. */
  readonly notices: Problem[] = [];

  /** Does a part of the work; what it refuses is kept. Anything but a {@link ConfigurationError} is thrown on. */
  async collect(work: () => Promise<void> | void): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      this.problems.push(...error.problems);
    }
  }

  problem(place: Place | undefined, message: string): void {
    this.problems.push({ place, message });
  }

  trouble(place: Place | undefined, message: string): void {
    this.troubles.push({ place, message });
  }

  notice(place: Place | undefined, message: string): void {
    this.notices.push({ place, message });
  }
}

/**
 * Where the sentence about a setting belongs, and how it begins: at its line, or with the name of the flag or the variable,
 * or with the name of the setting that has its default.
 */
export function about(
  { written }: Pick<CheckContext, 'written'>,
  path: string,
  index = 0,
): { readonly place: Place | undefined; readonly subject: string } {
  const at = written(path)[index];
  return { place: at?.place, subject: at?.subject ?? path };
}

/** The name that the system gives an error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
