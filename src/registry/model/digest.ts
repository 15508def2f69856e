import { createHash, type Hash } from 'node:crypto';
import { Failure } from '../../exchange/failure.js';

/** The algorithms that OCI Image §Digests registers and this registry can check. */
export type DigestAlgorithm = 'sha256' | 'sha512';

/** All of them. */
export const DIGEST_ALGORITHMS: readonly DigestAlgorithm[] = ['sha256', 'sha512'];

const PATTERN = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** Tells whether a text names an algorithm that content can be stored under. */
export function isDigestAlgorithm(text: string): text is DigestAlgorithm {
  return text === 'sha256' || text === 'sha512';
}

/** The name of some content: an algorithm and what it yields over the bytes. Comes from checked text or from a hash only. */
export class Digest {
  readonly algorithm: DigestAlgorithm;
  /** Lower-case hex: 64 digits for sha256, 128 for sha512. */
  readonly encoded: string;
  readonly #text: string;

  private constructor(text: string) {
    this.algorithm = text.startsWith('sha256') ? 'sha256' : 'sha512';
    this.encoded = text.slice(7);
    this.#text = text;
  }

  /** Reads `sha256:<64 hex>` or `sha512:<128 hex>`; undefined for everything else. */
  static read(text: string): Digest | undefined {
    return PATTERN.test(text) ? new Digest(text) : undefined;
  }

  /**
   * Reads a digest that a client sent.
   *
   * @throws {Failure} 400 DIGEST_INVALID.
   */
  static parse(text: string): Digest {
    const digest = Digest.read(text);
    if (digest !== undefined) return digest;
    throw new Failure(
      400,
      'DIGEST_INVALID',
      'the digest must be sha256: with 64 or sha512: with 128 lower-case hex digits',
      { detail: { digest: text.slice(0, 160) } },
    );
  }

  /** The digest of bytes at hand. */
  static of(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
    return Digest.from(createHash(algorithm).update(bytes), algorithm);
  }

  /** Ends a running hash and takes what it yields. */
  static from(hash: Hash, algorithm: DigestAlgorithm): Digest {
    return new Digest(`${algorithm}:${hash.digest('hex')}`);
  }

  equals(other: Digest): boolean {
    return this.#text === other.#text;
  }

  /** `sha256:<hex>`, as in URLs and headers. */
  toString(): string {
    return this.#text;
  }
}
