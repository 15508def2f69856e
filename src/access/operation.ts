import type { Action, RepositoryAction } from '../exchange/action.js';
import type { Subject } from '../exchange/rights.js';

/** One thing that whoever asks has to be allowed. */
export interface Need {
  readonly action: Action;
  readonly subject: Subject;
}

/** What a request is about to do, read from its method and its target. */
export interface Operation {
  /** All of them have to be allowed. Empty: a name is enough, and a stranger's is where strangers may do something. */
  readonly needs: readonly Need[];
  /**
   * A blob is to be taken over from another repository (OCI end-11), if it may be pulled from there; otherwise the
   * request goes on without. `undefined` within: from whichever repository has it.
   */
  readonly mount?: { readonly source: string | undefined };
  /**
   * An image of the v1 API, which is in no repository that its path would name. {@link needs} has what is needed when
   * nobody knows better ({@link Subject} `EVERYWHERE`); a registry that does asks the rights itself.
   */
  readonly image?: RepositoryAction;
}
