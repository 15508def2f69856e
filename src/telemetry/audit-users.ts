import type { AuditChange } from './audit-event.js';

/** Names that came, went, or have another password, each in the order of its file. */
export interface UserDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What has changed between two states of the users. @param before name to stored hash, as is `after`. */
export function diffUsers(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): UserDifference {
  const added: string[] = [];
  const changed: string[] = [];
  for (const [name, stored] of after) {
    const known = before.get(name);
    if (known === undefined) added.push(name);
    else if (known !== stored) changed.push(name);
  }
  return { added, removed: [...before.keys()].filter((name) => !after.has(name)), changed };
}

/** The event of such a change; undefined when nobody came, went or changed. The hashes are not in it. */
export function usersChanged({ added, removed, changed }: UserDifference): AuditChange | undefined {
  if (added.length + removed.length + changed.length === 0) return undefined;
  return {
    event: 'users changed',
    detail: {
      added: added.length === 0 ? undefined : added,
      removed: removed.length === 0 ? undefined : removed,
      changed: changed.length === 0 ? undefined : changed,
    },
  };
}
