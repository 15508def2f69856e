import type { Problem } from '../configuration/problem.js';

/** One group of users. */
export interface Group {
  readonly name: string;
  /** Where it is named first. */
  readonly line: number;
  /** Names of its users, and the line that first has them. */
  readonly members: ReadonlyMap<string, number>;
}

const NO_GROUPS: readonly string[] = [];

/** Groups of users, as one file has them. */
export class Groups {
  /** No groups at all, where no file is configured. */
  static readonly none = new Groups([]);

  readonly #groups: ReadonlyMap<string, Group>;
  readonly #ofUser = new Map<string, string[]>();

  constructor(groups: Iterable<Group>) {
    this.#groups = new Map(Array.from(groups, (group) => [group.name, group]));
    for (const { name, members } of this.#groups.values()) {
      for (const user of members.keys()) {
        const known = this.#ofUser.get(user);
        if (known === undefined) this.#ofUser.set(user, [name]);
        else known.push(name);
      }
    }
  }

  /** All of them, in the order of the file. */
  values(): Iterable<Group> {
    return this.#groups.values();
  }

  get(name: string): Group | undefined {
    return this.#groups.get(name);
  }

  /** Names of the groups that a user is in. */
  of(user: string): readonly string[] {
    return this.#ofUser.get(user) ?? NO_GROUPS;
  }
}

/** Members that are shown one by one. */
const MOST_SHOWN = 20;

/**
 * Warnings for members whom nobody knows: a name misspelt, or somebody who has left.
 *
 * @param file that the groups come from
 */
export function unknownMembers(
  groups: Groups,
  file: string,
  isKnown: (user: string) => boolean,
): readonly Problem[] {
  const problems: Problem[] = [];
  let more = 0;
  for (const group of groups.values()) {
    for (const [user, line] of group.members) {
      if (isKnown(user)) continue;
      if (problems.length === MOST_SHOWN) more += 1;
      else {
        const message = `the group ${JSON.stringify(group.name)} names ${JSON.stringify(user)}, who is no user`;
        problems.push({ place: { file, line }, message });
      }
    }
  }
  if (more > 0) problems.push({ place: { file }, message: `${more} more members of groups are no users` });
  return problems;
}
