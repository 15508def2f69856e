import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import { type Entry, parseHash } from './entry.js';
import { fields, isRemark, type Line, lines } from './lines.js';
import type { HtpasswdProblem } from './problem.js';
import { UnusableHash } from './scheme/scheme.js';
import { nameFault } from './user-name.js';

/** What a password file says. */
export interface ParsedFile {
  /** The users who can log in, by name, in the file's order. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Lines that were refused or ignored. Their users are unknown. */
  readonly problems: readonly HtpasswdProblem[];
}

/** A line that is refused; the message goes into the problem as it stands. */
class RefusedLine extends Error {}

const NOT_UTF8 = 'this line is not valid UTF-8; its user is refused';

/** Lines between two turns of the event loop: about four milliseconds' worth. */
const STEP = 1000;

/**
 * Reads the text of a password file. Never throws: a line that cannot be used refuses its user and nobody else.
 *
 * The first line of a name decides, as in nginx, also when that line is refused.
 *
 * @param file The name to give in problems.
 */
export function parseHtpasswd(bytes: Buffer, file: string): ParsedFile {
  const parsing = new Parsing(file);
  for (const line of lines(bytes)) parsing.take(line);
  return parsing;
}

/** As {@link parseHtpasswd}, but lets others run in between: a file of 200,000 users takes most of a second. */
export async function parseInSteps(bytes: Buffer, file: string): Promise<ParsedFile> {
  const parsing = new Parsing(file);
  for (const line of lines(bytes)) {
    parsing.take(line);
    if (line.number % STEP === 0) await setImmediate();
  }
  return parsing;
}

class Parsing implements ParsedFile {
  readonly entries = new Map<string, Entry>();
  readonly problems: HtpasswdProblem[] = [];
  readonly #file: string;
  /** The line that decides about each name. */
  readonly #seen = new Map<string, number>();

  constructor(file: string) {
    this.#file = file;
  }

  take(line: Line): void {
    if (isRemark(line.content)) return;
    try {
      const entry = parseLine(line, this.#seen);
      this.entries.set(entry.name, entry);
    } catch (error) {
      if (!(error instanceof RefusedLine)) throw error;
      this.problems.push({ file: this.#file, line: line.number, message: error.message });
    }
  }
}

function parseLine(line: Line, seen: Map<string, number>): Entry {
  const found = fields(line.content);
  if (found === undefined)
    throw new RefusedLine('this line has no colon; write name:hash, or # before a comment');
  if (!isUtf8(found.name)) throw new RefusedLine(NOT_UTF8);
  const name = found.name.toString();
  const fault = nameFault(name);
  if (fault !== undefined) throw new RefusedLine(`the name ${fault}; this line is ignored`);
  const earlier = seen.get(name);
  if (earlier !== undefined) {
    throw new RefusedLine(`user ${JSON.stringify(name)} is already on line ${earlier}; this line is ignored`);
  }
  seen.set(name, line.number);
  if (!isUtf8(line.content)) throw new RefusedLine(NOT_UTF8);
  try {
    return { name, hash: parseHash(found.hash.toString()), line: line.number };
  } catch (error) {
    if (!(error instanceof UnusableHash)) throw error;
    throw new RefusedLine(
      `the hash of user ${JSON.stringify(name)} ${error.message}; the user is refused until it is set anew with dockgate user passwd`,
      { cause: error },
    );
  }
}
