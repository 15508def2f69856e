import type { Flags } from './flags.js';

/** Where the configuration comes from. */
export interface ConfigurationInput {
  readonly flags: Flags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Working directory: paths in flags, in the environment and in the defaults are relative to it. */
  readonly directory: string;
}
