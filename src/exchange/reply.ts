import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** Header values by lower-case name. A list becomes one line a value. */
export type ReplyHeaders = Readonly<Record<string, string | number | readonly string[]>>;

/** Sees the bytes of a body on their way out and says at the end whether they are what they should be. */
export interface ContentCheck {
  /** Takes the next bytes, in their order. */
  update(chunk: Uint8Array): void;
  /**
   * Called when the last bytes have been taken, or when the file has no more that can be read.
   *
   * @returns false when they must not leave as the whole.
   */
  isIntact(): boolean;
}

/** A part of an open file. Whoever delivers the reply closes the handle, however the delivery ends. */
export interface FileBody {
  readonly file: FileHandle;
  /** First byte to send, counted from 0. */
  readonly start: number;
  /** Bytes to send. */
  readonly length: number;
  /** When it fails, the connection is cut before the last bytes have left. */
  readonly check?: ContentCheck;
}

/** What follows the headers: a text (UTF-8), bytes, a stream (destroyed if the client goes), or part of a file. */
export type ReplyBody = string | Uint8Array | Readable | FileBody;

/**
 * What a handler answers. Handlers return it and `delivery.ts` alone writes it: for HEAD it leaves the body out
 * but keeps the headers, so a handler answers HEAD as it answers GET, with `content-length` set.
 */
export interface Reply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly body?: ReplyBody;
}
