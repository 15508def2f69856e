import type { Digest } from '../model/digest.js';

/** There is no upload of this id in this repository: it never began, was finished, cancelled or given up. */
export class UploadUnknown extends Error {
  readonly code = 'UPLOAD_UNKNOWN';

  constructor() {
    super('there is no such upload');
    this.name = 'UploadUnknown';
  }
}

/** Another request is writing to the upload at this moment. */
export class UploadBusy extends Error {
  readonly code = 'UPLOAD_BUSY';
  /** Bytes received so far, as far as they can be seen. */
  readonly size: number;

  constructor(size: number) {
    super('another request is writing to this upload');
    this.name = 'UploadBusy';
    this.size = size;
  }
}

/** The body does not begin where the upload ends. */
export class UploadOutOfOrder extends Error {
  readonly code = 'UPLOAD_OUT_OF_ORDER';
  /** Bytes received so far: where the next body has to begin. */
  readonly size: number;

  constructor(size: number) {
    super(`the upload goes on at byte ${size}`);
    this.name = 'UploadOutOfOrder';
    this.size = size;
  }
}

/** What arrived is not what the client named. */
export class DigestMismatch extends Error {
  readonly code = 'DIGEST_MISMATCH';
  readonly expected: Digest;
  readonly actual: Digest;

  constructor(expected: Digest, actual: Digest) {
    super(`the content's digest is ${actual}, not ${expected}`);
    this.name = 'DigestMismatch';
    this.expected = expected;
    this.actual = actual;
  }
}

/** The store has no room for what was to be written; nothing of it is visible. */
export class StorageFull extends Error {
  readonly code = 'STORAGE_FULL';

  constructor(options?: ErrorOptions) {
    super('the storage is full', options);
    this.name = 'StorageFull';
  }
}

/** Stored bytes no longer have the digest under which they are stored. */
export class StoredContentDamaged extends Error {
  readonly code = 'STORED_CONTENT_DAMAGED';
  readonly digest: Digest;
  readonly kind: 'blob' | 'manifest';

  constructor(digest: Digest, kind: 'blob' | 'manifest' = 'blob') {
    super(`the stored content of ${digest} is damaged; push it again or restore it`);
    this.digest = digest;
    this.kind = kind;
    this.name = 'StoredContentDamaged';
  }
}
