/** The ways of keeping a password that dockgate reads. `sha1` and `ssha` are `{SHA}` and `{SSHA}`. */
export type SchemeName = 'bcrypt' | 'apr1' | 'md5' | 'sha256' | 'sha512' | 'sha1' | 'ssha' | 'des' | 'plain';

/**
 * What a hash costs to check, in the scheme's own unit: the exponent for bcrypt, rounds for the others.
 * Only costs of one scheme compare.
 */
export type Cost = number;

/** One way of keeping a password in a file. All functions are synchronous: where they run is the caller's decision. */
export interface Scheme {
  readonly name: SchemeName;
  /** Cheaper to run than to hand to another thread. */
  readonly cheap: boolean;
  /** Whether the text is meant to be of this scheme; it may still be malformed. */
  recognises(text: string): boolean;
  /** @throws {UnusableHash} when the text is malformed, or costs more than a gateway can pay for a login. */
  cost(text: string): Cost;
  /** @param text A text that {@link Scheme.cost} accepted. */
  verify(text: string, password: Uint8Array): boolean;
  /** A well-formed text of that cost that nobody knows a password for. */
  dummy(cost: Cost): string;
}

/** A hash that looks like a scheme of ours but cannot be used. The message completes the sentence "the hash ...". */
export class UnusableHash extends Error {
  override readonly name = 'UnusableHash';
}
