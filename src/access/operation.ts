import type { Action, RepositoryAction } from '../exchange/action.js';
import type { Subject } from '../exchange/rights.js';
import type { Target } from '../routing/target.js';
import { ADMINISTRATION, isReading, NOTHING_NEEDED } from './plain-operation.js';
import { v1OperationOf } from './v1-operation.js';
import { v2OperationOf } from './v2-operation.js';

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
  /**
   * An account of the v1 API is looked at or changed. To change one takes its password, whoever it belongs to: a token may
   * have been given away for less, and would become the password of everything.
   */
  readonly account?: 'look' | 'change';
}

/**
 * What a request is about to do. Never throws: what is not known, or could be read in two ways, is `admin`.
 *
 * Paths are read as the registry here reads them, and as registries behind do that decode percent-encoding.
 *
 * @param hasForm whether `Content-Type` is that of a form. Some registries take the parameters of an upload from there
 *   too, and before those of the target.
 */
export function operationOf(method: string, target: Target, hasForm = false): Operation {
  const { path } = target;
  if (path.startsWith('/v2/')) return v2OperationOf(method, target, hasForm);
  if (path === '/v2' || path === '/' || path === '/_ping') {
    return isReading(method) ? NOTHING_NEEDED : ADMINISTRATION;
  }
  return v1OperationOf(method, path);
}

/** Whether a `Content-Type` is that of a form, as Go's `FormValue` takes parameters from. */
export function isForm(contentType: string | undefined): boolean {
  return (
    contentType !== undefined && /^\s*(?:application\/x-www-form-urlencoded|multipart\/)/i.test(contentType)
  );
}
