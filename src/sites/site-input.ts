import type { Problem } from '../configuration/problem.js';

/** What to read. */
export interface SiteInput {
  /** Files, as they were typed. */
  readonly names: readonly string[];
  /** Working directory. */
  readonly directory: string;
  /** Directory that paths in the files are relative to; undefined: as far as it can be told from where they are. */
  readonly prefix?: string | undefined;
  /** A name of the server to take; undefined: the one that looks most like a registry's. */
  readonly server?: string | undefined;
}

/** What came of it. */
export interface ImportedSite {
  /** A dockgate.yaml; undefined when there is none. */
  readonly text: string | undefined;
  /** What is in the way of it, or with a text what has to be looked at. */
  readonly problems: readonly Problem[];
}
