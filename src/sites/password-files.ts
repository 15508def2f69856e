import { DENIED, NAMED, type Outcome } from './policy/policy.js';
import type { SiteFiles } from './site-files.js';

/**
 * The password files of a site. dockgate has one. Of another one its users are known as well if they stand in the first
 * with the very same line: then nobody gets in with a password that did not open this before.
 */
export class PasswordFiles {
  /** undefined: no file is named. */
  readonly main: string | undefined;
  readonly #others: ReadonlyMap<string, Outcome>;
  /** Files whose users could not all be carried over, and why. */
  readonly faults: ReadonlyMap<string, string>;

  private constructor(
    main: string | undefined,
    others: ReadonlyMap<string, Outcome>,
    faults: ReadonlyMap<string, string>,
  ) {
    this.main = main;
    this.#others = others;
    this.faults = faults;
  }

  static async read(
    main: string | undefined,
    all: Iterable<string>,
    files: SiteFiles,
  ): Promise<PasswordFiles> {
    const others = new Map<string, Outcome>();
    const faults = new Map<string, string>();
    const known = new Set([...all].filter((file) => file !== main));
    const lines =
      known.size === 0 ? undefined : userLines(main === undefined ? undefined : await files.readOther(main));
    for (const file of known) {
      const own = userLines(await files.readOther(file));
      const users = [...own.keys()].filter((user) => lines?.get(user) === own.get(user));
      others.set(file, users.length === 0 ? DENIED : { kind: 'named', only: { users, groups: [] } });
      const fault = faultOf(own, users.length);
      if (fault !== undefined) faults.set(file, fault);
    }
    return new PasswordFiles(main, others, faults);
  }

  /** Who gets in where a file is asked. */
  outcome(file: string | undefined): Outcome {
    return file === undefined || file === this.main ? NAMED : (this.#others.get(file) ?? DENIED);
  }
}

function faultOf(own: ReadonlyMap<string, string>, same: number): string | undefined {
  if (own.size === 0) return 'it cannot be read, or has no users';
  if (same === own.size) return undefined;
  return `${own.size - same} of its ${own.size} users do not stand in the first file with the same password`;
}

/** The first line of each user that rules can name. */
function userLines(text: string | undefined): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const line of text?.split(/\r?\n/) ?? []) {
    const [user = '', hash = ''] = line.split(':');
    const isUsable = /^[A-Za-z0-9][\w.@+-]{0,100}$/.test(user) && hash !== '';
    if (isUsable && !users.has(user)) users.set(user, hash);
  }
  return users;
}
