import type { PasswordSource } from '../password-input.js';
import type { Screen } from '../progress.js';

/** Where the commands run: replaced by tests. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly keyboard: PasswordSource['keyboard'];
  /** For progress. */
  readonly screen: Screen;
  /**
   * Calls back when the user presses Ctrl-C, or when the output can no longer be written.
   *
   * @returns what ends the listening.
   */
  readonly onInterrupt: (interrupt: (sentence: string) => void) => () => void;
}

/** The process itself. */
export function ownSurroundings(): Surroundings {
  return {
    environment: process.env,
    directory: process.cwd(),
    keyboard: process.stdin,
    screen: process.stderr,
    onInterrupt: (interrupt) => {
      const onSignal = (): void => interrupt('Stopped.');
      // Once: a second Ctrl-C ends the process at once, as if nobody listened.
      process.once('SIGINT', onSignal);
      // Listened to until the process ends, since the last lines may fail after the work has ended.
      process.stdout.on('error', (error: NodeJS.ErrnoException) => {
        // Whoever reads has seen enough, as `head` has.
        interrupt(error.code === 'EPIPE' ? '' : `The output cannot be written (${error.message}).`);
      });
      return () => process.off('SIGINT', onSignal);
    },
  };
}
