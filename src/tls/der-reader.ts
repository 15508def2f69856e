/** Tags of X.690 §8.1.2 that certificates and revocation lists are read by. */
export const Tag = {
  INTEGER: 0x02,
  OCTET_STRING: 0x04,
  OBJECT_IDENTIFIER: 0x06,
  UTF8_STRING: 0x0c,
  PRINTABLE_STRING: 0x13,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** One element where it lies, nothing copied. */
export interface DerElement {
  /** First byte: class, form and number. */
  readonly tag: number;
  readonly content: Buffer;
  /** Tag, length and content. */
  readonly whole: Buffer;
}

/**
 * Walks over the elements of some bytes, one after the other. What strangers send is read with this and not with
 * `der.ts`: it makes no tree, so that a list of a million revoked certificates is one pass.
 */
export class DerReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The tag of the next element; undefined at the end. */
  get next(): number | undefined {
    return this.#bytes[this.#at];
  }

  /**
   * The next element, which has to have this tag.
   * @throws Error when it has another one, or is cut off.
   */
  take(tag?: number): DerElement {
    const start = this.#at;
    const found = this.#bytes[start];
    const first = this.#bytes[start + 1];
    if (found === undefined || first === undefined || (tag !== undefined && found !== tag)) throw malformed();
    // Tags above 30 take several bytes (§8.1.2.4); nothing here has any.
    if ((found & 0x1f) === 0x1f) throw malformed();
    let from = start + 2;
    let length = first;
    if (first >= 0x80) {
      const count = first - 0x80;
      // §10.1: the indefinite form is not DER, and four bytes are more than any file.
      if (count === 0 || count > 4 || from + count > this.#bytes.length) throw malformed();
      length = this.#bytes.readUIntBE(from, count);
      from += count;
    }
    const end = from + length;
    if (end > this.#bytes.length) throw malformed();
    this.#at = end;
    return {
      tag: found,
      content: this.#bytes.subarray(from, end),
      whole: this.#bytes.subarray(start, end),
    };
  }

  /** The next element when it has this tag; else undefined, and nothing is passed over. */
  takeIf(...tags: readonly number[]): DerElement | undefined {
    return this.next !== undefined && tags.includes(this.next) ? this.take() : undefined;
  }

  /** A reader of what is inside the next element. */
  enter(tag: number): DerReader {
    return new DerReader(this.take(tag).content);
  }
}

function malformed(): Error {
  return new Error('The bytes are not DER.');
}
