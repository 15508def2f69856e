import { type Cost, type SchemeName, UnusableHash } from './scheme/scheme.js';
import { SCHEMES } from './scheme/schemes.js';

/** A stored hash whose form has been checked. Made by {@link parseHash} alone. */
export interface PasswordHash {
  /** As stored. It identifies the password: it changes whenever the password is set. */
  readonly text: string;
  readonly scheme: SchemeName;
  readonly cost: Cost;
}

/** One user of a password file. */
export interface Entry {
  readonly name: string;
  readonly hash: PasswordHash;
  /** Line of the file, counted from 1. */
  readonly line: number;
}

/**
 * Checks the form of a stored hash.
 *
 * @throws {UnusableHash} when no scheme knows it, or when it is malformed or too costly. The message never holds the text.
 */
export function parseHash(text: string): PasswordHash {
  const scheme = SCHEMES.find((candidate) => candidate.recognises(text));
  if (scheme === undefined) {
    throw new UnusableHash(
      text === ''
        ? 'is missing'
        : 'is of no known format; known are bcrypt, $apr1$, $1$, $5$, $6$, {SHA}, {SSHA}, {PLAIN} and DES',
    );
  }
  return { text, scheme: scheme.name, cost: scheme.cost(text) };
}
