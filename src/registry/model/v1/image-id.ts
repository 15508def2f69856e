import { Failure } from '../../../exchange/failure.js';

const PATTERN = /^(?:[a-f0-9]{16}|[a-f0-9]{64})$/;

/** The name of an image of the v1 API: 64 hex digits, or 16 in very old registries. Comes from checked text only. */
export class ImageId {
  readonly hex: string;

  private constructor(hex: string) {
    this.hex = hex;
  }

  /** Reads an id; undefined for everything else. */
  static read(text: string): ImageId | undefined {
    return PATTERN.test(text) ? new ImageId(text) : undefined;
  }

  /**
   * Reads an id that a client sent in a path.
   *
   * @throws {Failure} 404 `Invalid image ID`.
   */
  static parse(text: string): ImageId {
    const id = ImageId.read(text);
    if (id !== undefined) return id;
    throw new Failure(404, 'BLOB_UNKNOWN', 'Invalid image ID');
  }

  equals(other: ImageId): boolean {
    return this.hex === other.hex;
  }

  toString(): string {
    return this.hex;
  }
}
