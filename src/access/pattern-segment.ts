/** Stands for the name of the user who asks. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what operators write.
export const USER = '${user}';

/** What is read of a segment of a repository's name. */
export type SegmentText = Pick<string, 'length' | 'startsWith' | 'endsWith' | 'indexOf'>;

const LITERAL = /^[A-Za-z0-9._-]*$/;

/**
 * What a pattern says about one segment: text, `*` for any run of characters, and the user's name.
 *
 * Each piece of text between two stars is looked for once, from the left, where the one before it ended. That finds a
 * match whenever there is one, without ever going back.
 */
export class PatternSegment {
  /** Without stars and without the user: the only segment that it matches. */
  readonly literal: string | undefined;
  /** Text that every match begins with. */
  readonly prefix: string;
  /** Text that every match ends with. */
  readonly suffix: string;
  readonly usesUser: boolean;
  readonly #text: string;
  readonly #pieces: readonly string[];

  /** @throws {RangeError} for characters that no name has; the message ends the sentence "the pattern ...". */
  constructor(text: string) {
    const fixed = text.split(USER).flatMap((part) => part.split('*'));
    if (text === '') throw new RangeError('has an empty part between two slashes, or at an end');
    if (text === '.' || text === '..') throw new RangeError('has a part of dots only, which no name has');
    if (!fixed.every((part) => LITERAL.test(part))) {
      throw new RangeError(
        `may hold letters, digits, ".", "_", "-", "*" and "${USER}" between its slashes only`,
      );
    }
    this.#text = text;
    this.usesUser = text.includes(USER);
    this.#pieces = text.split('*');
    this.literal = fixed.length === 1 ? text : undefined;
    this.prefix = fixed[0] ?? '';
    this.suffix = fixed.at(-1) ?? '';
  }

  /** @param user name that stands for itself; undefined: nobody whose name could be part of a repository's */
  matches(segment: SegmentText, user: string | undefined): boolean {
    if (this.literal !== undefined) return this.literal === segment;
    if (!this.usesUser) return matchesInOrder(this.#pieces, segment);
    if (user === undefined) return false;
    if (this.#text === USER) return segment === user;
    // Split before the name is put in: a star in it would be text, too.
    return matchesInOrder(
      this.#pieces.map((piece) => piece.split(USER).join(user)),
      segment,
    );
  }
}

function matchesInOrder(pieces: readonly string[], segment: SegmentText): boolean {
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return segment === first;
  const last = pieces.at(-1) ?? '';
  const end = segment.length - last.length;
  if (end < first.length || !segment.startsWith(first) || !segment.endsWith(last)) return false;
  let position = first.length;
  for (let index = 1; index < pieces.length - 1; index += 1) {
    const piece = pieces[index] ?? '';
    const found = segment.indexOf(piece, position);
    if (found === -1 || found + piece.length > end) return false;
    position = found + piece.length;
  }
  return true;
}
