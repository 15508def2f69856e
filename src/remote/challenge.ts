/** What a server wants to see before it answers (RFC 9110 §11.6.1). */
export interface Challenge {
  /** In lower case: `basic`, `bearer`. */
  readonly scheme: string;
  /** By lower-case name. */
  readonly parameters: ReadonlyMap<string, string>;
}

const PART = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^\s,"]+))?/g;

/** Reads the lines of `WWW-Authenticate`. What cannot be understood is left out. */
export function parseChallenges(lines: string | readonly string[] | undefined): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  for (const line of typeof lines === 'string' ? [lines] : (lines ?? [])) {
    for (const [, name = '', value] of line.matchAll(PART)) {
      if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
      else challenges.at(-1)?.parameters.set(name.toLowerCase(), unquoted(value));
    }
  }
  return challenges;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}
