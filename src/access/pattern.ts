import { PatternSegment } from './pattern-segment.js';
import { LONGEST_NAME } from './repository-name.js';

/** In place of a segment's pattern: any number of segments. */
export const DEEP = '**';
const MOST_DEEP = 3;

/**
 * A pattern of repositories' names in the v2 API, such as `team-a/**`, `base-*` or `${user}/**`.
 *
 * `*` is any run of characters within a segment. `**` is a whole segment: as the last one it stands for one segment or
 * more, elsewhere for none or more. `${user}` is the name of the user who asks, and never a pattern itself.
 *
 * The time of a match grows with the length of the name, and by no more: nothing is tried twice.
 */
export class Pattern {
  readonly text: string;
  /** In their order; `**` where there is no segment's pattern. */
  readonly segments: readonly (PatternSegment | typeof DEEP)[];
  /** It matches something only for a user whose name can be part of a repository's. */
  readonly usesUser: boolean;
  /** Matches every repository. */
  readonly isUniversal: boolean;

  /** @throws {RangeError} when it is none; the message says what is wrong. */
  constructor(text: string) {
    this.text = text;
    this.segments = parse(text);
    this.usesUser = this.segments.some((segment) => segment !== DEEP && segment.usesUser);
    this.isUniversal = /^(?:\*\*\/)*\*\*$|^(?:\*\*\/)+\*$/.test(text);
  }

  /**
   * @param name of a repository
   * @param user name of the user who asks; undefined: nobody whose name could be part of a repository's
   */
  matches(name: string, user: string | undefined): boolean {
    if (this.isUniversal) return true;
    return matchesSegments(this.segments, name.split('/'), user);
  }
}

function parse(text: string): readonly (PatternSegment | typeof DEEP)[] {
  try {
    if (text.length > LONGEST_NAME) throw new RangeError(`is longer than ${LONGEST_NAME} characters`);
    const segments = text.split('/').map((segment) => {
      if (segment === DEEP) return DEEP;
      if (segment.includes(DEEP)) throw new RangeError('may have "**" as a whole part between slashes only');
      return new PatternSegment(segment);
    });
    if (segments.filter((segment) => segment === DEEP).length > MOST_DEEP) {
      throw new RangeError(`may have "**" ${MOST_DEEP} times at most`);
    }
    return segments;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(`the pattern ${JSON.stringify(text.slice(0, LONGEST_NAME))} ${reason}`, {
      cause: error,
    });
  }
}

/** Goes through the name once, with all places of the pattern that its beginning may have reached. */
function matchesSegments(
  pattern: readonly (PatternSegment | typeof DEEP)[],
  segments: readonly string[],
  user: string | undefined,
): boolean {
  let reached = new Set<number>([0]);
  for (const segment of segments) {
    const next = new Set<number>();
    for (const place of reached) {
      for (let index = place; index < pattern.length; index += 1) {
        const part = pattern[index];
        if (part !== DEEP) {
          if (part?.matches(segment, user) === true) next.add(index + 1);
          break;
        }
        next.add(index === pattern.length - 1 ? pattern.length : index);
        // As the last part it stays, for all that is still to come.
        if (index === pattern.length - 1) next.add(index);
      }
    }
    if (next.size === 0) return false;
    reached = next;
  }
  return reached.has(pattern.length);
}
