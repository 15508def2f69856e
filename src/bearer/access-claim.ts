import type { Action } from '../exchange/action.js';
import { EVERYWHERE, type Limits, type Subject } from '../exchange/rights.js';

/** One thing that a token opens (distribution's token specification, claim `access`). */
export interface AccessEntry {
  readonly type: string;
  /** What the client takes a repository's images for, such as `plugin`. */
  readonly class?: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** Entries and actions of a claim that are read; a request's headers have no room for more. */
const MOST_ENTRIES = 1_000;
const MOST_ACTIONS = 32;

/** Reads the claim `access`. @returns undefined when it is no list of such entries; a claim that is not there opens nothing. */
export function readAccess(claim: unknown): readonly AccessEntry[] | undefined {
  if (claim === undefined || claim === null) return [];
  if (!Array.isArray(claim) || claim.length > MOST_ENTRIES) return undefined;
  return claim.every(isEntry) ? claim : undefined;
}

function isEntry(value: unknown): value is AccessEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { type, name, actions } = value as Record<string, unknown>;
  if (typeof type !== 'string' || typeof name !== 'string' || !Array.isArray(actions)) return false;
  return actions.length <= MOST_ACTIONS && actions.every((action) => typeof action === 'string');
}

/**
 * What a token opens, whatever the rules say: what its claim names, and nothing by patterns. Searching is open to tokens of
 * users, and to those that may pull something; what is found is for the rules to say.
 *
 * @param isNamed the token is a user's, not a stranger's
 */
export function limitsOf(access: readonly AccessEntry[], isNamed: boolean): Limits {
  const repositories = new Map<string, Set<string>>();
  const registry = new Set<string>();
  let pulls = false;
  for (const { type, name, actions } of access) {
    if (type === 'repository') {
      const known = repositories.get(name) ?? new Set();
      for (const action of actions) known.add(action);
      repositories.set(name, known);
      pulls ||= known.has('pull') || known.has('*');
    } else if (type === 'registry' && actions.includes('*')) registry.add(name);
  }
  return {
    allows(action: Action, subject: Subject): boolean {
      if (subject === EVERYWHERE) return false;
      switch (action) {
        case 'pull':
        case 'push':
        case 'delete': {
          const actions = subject === undefined ? undefined : repositories.get(subject);
          return actions !== undefined && (actions.has(action) || actions.has('*'));
        }
        case 'search':
          return subject === undefined && (isNamed || pulls);
        case 'catalog':
        case 'admin':
          return subject === undefined && registry.has(action);
      }
    },
  };
}
