import type { PasswordSource } from '../password-input.js';
import type { Screen } from '../progress.js';

/** Where the commands run: replaced by tests. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly keyboard: PasswordSource['keyboard'];
  /** For progress. */
  readonly screen: Screen;
  /** Calls back when the user presses Ctrl-C or whoever reads the output goes. @returns what ends the listening. */
  readonly onInterrupt: (interrupt: () => void) => () => void;
}

/** The process itself. */
export function ownSurroundings(): Surroundings {
  return {
    environment: process.env,
    directory: process.cwd(),
    keyboard: process.stdin,
    screen: process.stderr,
    onInterrupt: (interrupt) => {
      // Once: a second Ctrl-C ends the process at once, as if nobody listened.
      process.once('SIGINT', interrupt);
      process.stdout.on('error', interrupt);
      return () => {
        process.off('SIGINT', interrupt);
        process.stdout.off('error', interrupt);
      };
    },
  };
}
