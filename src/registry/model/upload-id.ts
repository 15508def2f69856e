import { randomUUID } from 'node:crypto';

const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Names one upload session: a UUID in its canonical lower-case form (RFC 9562 §4). */
export class UploadId {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  static create(): UploadId {
    return new UploadId(randomUUID());
  }

  /** Reads an id; undefined when it is not a UUID. */
  static read(text: string): UploadId | undefined {
    return PATTERN.test(text) ? new UploadId(text) : undefined;
  }

  toString(): string {
    return this.text;
  }
}
