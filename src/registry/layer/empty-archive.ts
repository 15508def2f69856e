/** The archive without files, as engines push it for an image that changes none: two blocks of zeros. */
export const EMPTY_ARCHIVE: Buffer = Buffer.alloc(1024);
