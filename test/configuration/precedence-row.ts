import type { Configuration } from '../../src/configuration/configuration.js';
import type { Flags } from '../../src/configuration/flags.js';

/** How one setting is written, and what comes out. */
export interface Row {
  /** Lines of the file beside the one that the row is about. */
  readonly beside?: string;
  /** The setting in the file. */
  readonly yaml: string;
  readonly environment: string;
  /** undefined: it has no flag. */
  readonly flag?: Flags;
  readonly read: (configuration: Configuration, directory: string) => unknown;
  readonly values: { readonly file: unknown; readonly environment: unknown; readonly flag?: unknown };
}
