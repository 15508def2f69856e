import type { Action } from '../exchange/action.js';
import type { Subject } from '../exchange/rights.js';

/** What a request needs, as far as a scope can say it. */
export interface ScopeNeeds {
  readonly needs: readonly { readonly action: Action; readonly subject: Subject }[];
  /** A blob is to be taken over from there; undefined within: from whichever repository has it. */
  readonly mount?: { readonly source: string | undefined };
}

/**
 * What a token has to open for a request, as the `scope` of a challenge has it (distribution's token specification):
 * `repository:a/b:pull,push`, several of them with blanks between.
 *
 * @returns undefined when no scope opens it, or none is needed.
 */
export function scopeOf({ needs, mount }: ScopeNeeds): string | undefined {
  const actions = new Map<string, Set<string>>();
  const add = (resource: string, ...names: string[]): void => {
    const known = actions.get(resource) ?? new Set();
    for (const name of names) known.add(name);
    actions.set(resource, known);
  };
  for (const { action, subject } of needs) {
    if (typeof subject === 'string') {
      // Clients read before they write: a token for one of both would be fetched anew at once.
      if (action === 'push') add(`repository:${subject}`, 'pull', 'push');
      else add(`repository:${subject}`, action);
    } else if (subject === undefined && (action === 'catalog' || action === 'admin'))
      add(`registry:${action}`, '*');
  }
  if (mount?.source !== undefined) add(`repository:${mount.source}`, 'pull');
  if (actions.size === 0) return undefined;
  return [...actions].map(([resource, names]) => `${resource}:${[...names].join(',')}`).join(' ');
}
