import type { Problem } from '../../configuration/problem.js';
import type { Directive } from '../directive.js';
import type { Policy } from './policy.js';

/** What a request is answered by. */
export interface Answer {
  /** Who may ask; undefined: the registry is not asked, whoever asks. */
  readonly policy: Policy | undefined;
  /** The location that decides, or the last section. */
  readonly from: Directive | undefined;
}

/** A part of the paths that has something of its own. */
export interface Part {
  readonly directive: Directive;
  /** Beginnings of paths, with `*` for a run of characters without a slash and `**` for any; or whole paths. */
  readonly paths: readonly { readonly path: string; readonly isWhole: boolean }[];
  /** The paths are more than those that are meant, since what is meant cannot be said. */
  readonly isWider: boolean;
}

/** Who may ask for what, as nginx or Apache decide it. */
export interface SitePolicy {
  readonly parts: readonly Part[];
  /** Decides about a request with a path without percent-encoding. */
  answer(method: string, path: string): Answer;
  /** What a part says by itself, wherever it is asked. */
  own(part: Part, method: string): Policy | undefined;
  /** What came up meanwhile. */
  readonly problems: Problem[];
}
