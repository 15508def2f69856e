/** What the thread that unpacks xz is told: the next bytes, null after the last, or that it may send another chunk. */
export type XzOrder = { readonly input: Uint8Array | null } | 'taken';

/** What it tells: it wants bytes, has some, is done, or cannot go on because of an error with this message. */
export type XzAnswer =
  | 'want'
  | 'end'
  | { readonly output: Uint8Array<ArrayBuffer> }
  | { readonly failure: string };

/** Chunks of 64 KiB that may be under way from the thread. */
export const XZ_WINDOW = 8;
