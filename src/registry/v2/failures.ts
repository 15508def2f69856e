import { Failure } from '../../exchange/failure.js';
import type { ReplyHeaders } from '../../exchange/reply.js';
import type { Repository } from '../model/repository.js';
import { BodyBroken } from '../receive.js';
import type { Catalog } from '../store/contracts.js';
import {
  DigestMismatch,
  StorageFull,
  StoredContentDamaged,
  UploadBusy,
  UploadOutOfOrder,
  UploadUnknown,
} from '../store/failure.js';

/** Seconds after which an upload that somebody else was writing to may be free. */
const BUSY = 1;

/**
 * Tells a client what went wrong in a store. What is no business of the client's is handed back as it came.
 *
 * @param upload the headers that lead back to an upload of a given size, when there is one.
 */
export function asFailure(error: unknown, upload?: (size: number) => ReplyHeaders): unknown {
  if (error instanceof UploadUnknown) {
    return new Failure(404, 'BLOB_UPLOAD_UNKNOWN', 'there is no such upload; begin a new one');
  }
  if (error instanceof UploadOutOfOrder) {
    return new Failure(416, 'BLOB_UPLOAD_INVALID', `the upload goes on at byte ${error.size}`, {
      headers: upload?.(error.size) ?? {},
    });
  }
  if (error instanceof UploadBusy) {
    return new Failure(416, 'BLOB_UPLOAD_INVALID', 'another request is writing to this upload; try again', {
      headers: { ...upload?.(error.size), 'retry-after': BUSY },
    });
  }
  if (error instanceof DigestMismatch) {
    return new Failure(400, 'DIGEST_INVALID', `the content has the digest ${error.actual}; upload it again`, {
      detail: { expected: error.expected.toString(), actual: error.actual.toString() },
    });
  }
  if (error instanceof StoredContentDamaged) {
    // To a client it is not there: whoever has it can push it, and nobody can pull it.
    return new Failure(404, error.kind === 'blob' ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN', error.message, {
      detail: { reference: error.digest.toString() },
    });
  }
  if (error instanceof StorageFull) {
    return new Failure(507, 'STORAGE_FULL', 'the registry has no room left; its operator has to make some', {
      cause: error,
    });
  }
  if (error instanceof BodyBroken) {
    // Whoever broke the body off on purpose has said how to answer.
    if (error.cause instanceof Failure) return error.cause;
    return new Failure(400, 'BLOB_UPLOAD_INVALID', 'the request ended before its body was whole', {
      cause: error,
      close: true,
    });
  }
  return error;
}

/** The failure for something that a repository does not hold, or NAME_UNKNOWN when there is no such repository. */
export async function notHeld(
  catalog: Catalog,
  repository: Repository,
  code: 'BLOB_UNKNOWN' | 'MANIFEST_UNKNOWN',
  name: string,
): Promise<Failure> {
  if (!(await catalog.has(repository))) return unknownRepository(repository);
  return new Failure(404, code, `the repository ${repository} does not hold ${name}`, {
    detail: { name: repository.name, reference: name },
  });
}

/** 404 NAME_UNKNOWN. */
export function unknownRepository(repository: Repository): Failure {
  return new Failure(404, 'NAME_UNKNOWN', `there is no repository ${repository}`, {
    detail: { name: repository.name },
  });
}
