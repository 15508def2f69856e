import { isUtf8 } from 'node:buffer';
import type { Problem } from '../configuration/problem.js';
import { type GroupLine, type GroupWord, groupLines } from './group-lines.js';
import { Groups } from './groups.js';

/** What a file of groups says. */
export interface ParsedGroups {
  readonly groups: Groups;
  /** What was left out of {@link groups}. A rule that denies could miss somebody: such a file should not be used. */
  readonly problems: readonly Problem[];
}

/** Bytes of a file. */
export const LARGEST_FILE = 16 * 1024 * 1024;
const MOST_MEMBERSHIPS = 1_000_000;
const MOST_PROBLEMS = 100;
/** Bytes of a name in UTF-8. */
const LONGEST = 255;

const NO_COLON = 'this line has no colon; write group: user user, or # before a comment';

const GROUP_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]{0,254}$/u;
/** Control characters, and those that let a name look like another: marks of direction and of no width, line separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/u;

/**
 * Reads a file in the form of Apache's `AuthGroupFile`: `group: user user`. What is said of a group on several lines adds
 * up; a line that begins with `#` is a comment; a backslash at the end joins a line with the next. Never throws.
 *
 * @param file to name in problems
 */
export function parseGroups(bytes: Buffer, file: string): ParsedGroups {
  const parsing = new Parsing(file);
  if (bytes.length > LARGEST_FILE) parsing.refuse(undefined, `it has more than ${LARGEST_FILE} bytes`);
  else if (!isUtf8(bytes)) parsing.refuse(undefined, 'it is not valid UTF-8');
  else for (const line of groupLines(bytes.toString())) parsing.take(line);
  return parsing.end();
}

class Parsing {
  readonly #file: string;
  readonly #problems: Problem[] = [];
  readonly #groups = new Map<string, { name: string; line: number; members: Map<string, number> }>();
  #memberships = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** More problems than anybody reads are not kept; one is enough to know that the file is wrong. */
  refuse(line: number | undefined, message: string): void {
    if (this.#problems.length < MOST_PROBLEMS)
      this.#problems.push({ place: { file: this.#file, line }, message });
  }

  take({ number, name, words }: GroupLine): void {
    const fault = name === undefined ? NO_COLON : groupFaultOf(name);
    if (name === undefined || fault !== undefined) {
      this.refuse(number, fault ?? NO_COLON);
      return;
    }
    const group = this.#groups.get(name) ?? { name, line: number, members: new Map<string, number>() };
    this.#groups.set(name, group);
    for (const word of words) this.#join(group.members, word);
  }

  #join(members: Map<string, number>, { text, line }: GroupWord): void {
    const fault = userFaultOf(text);
    if (fault !== undefined) this.refuse(line, `the user name ${shown(text)} ${fault}`);
    else if (this.#memberships === MOST_MEMBERSHIPS) {
      this.refuse(line, `there are more than ${MOST_MEMBERSHIPS} members of groups`);
    } else if (!members.has(text)) {
      members.set(text, line);
      this.#memberships += 1;
    }
  }

  end(): ParsedGroups {
    return { groups: new Groups(this.#groups.values()), problems: this.#problems };
  }
}

function groupFaultOf(name: string): string | undefined {
  if (GROUP_NAME.test(name)) return undefined;
  const rule = 'begins with a letter or digit and goes on with those and ".", "_", "@", "+" and "-"';
  return `${shown(name)} cannot be the name of a group, which ${rule}`;
}

/** What is wrong with a user's name, as the end of a sentence. */
function userFaultOf(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.includes(':')) return 'holds a colon, which no name of a user does';
  if (INVISIBLE.test(name)) return 'holds a character that cannot be seen';
  if (name.startsWith('#')) return 'begins with #; a comment has a line of its own';
  if (Buffer.byteLength(name) > LONGEST) return `is longer than ${LONGEST} bytes`;
  return undefined;
}

/** A text as it can stand in a message: short, and with nothing in it that a terminal would obey. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 60)).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
