import { Failure } from '../../exchange/failure.js';
import { BodyBroken } from '../receive.js';
import { StorageFull, StoredContentDamaged } from '../store/failure.js';
import { ImageDamaged, ReadOnly } from '../store/v1-contracts.js';
import { NO_CACHE } from './replies.js';

/** A refusal in the words of docker-registry. */
export function refused(message: string, status = 400): Failure {
  return new Failure(status, 'UNSUPPORTED', message);
}

/** 404 `Image not found`. */
export function imageNotFound(): Failure {
  return refused('Image not found', 404);
}

/** 409; clients compare the sentence, and take it for a success. */
export function imageExists(): Failure {
  return refused('Image already exists', 409);
}

/** 404 `Repository not found`. */
export function repositoryNotFound(): Failure {
  return refused('Repository not found', 404);
}

/** 404 for a path that means nothing. */
export function nothingHere(): Failure {
  return refused('this registry has nothing at this path', 404);
}

/** 401, for whoever has proved who they are but not that they may do this. */
export function requiresAuthorization(): Failure {
  return new Failure(401, 'UNAUTHORIZED', 'Requires authorization', {
    headers: { 'www-authenticate': 'Token' },
  });
}

/** 503 with the time after which to try again, in seconds. */
export function busy(message: string): Failure {
  return new Failure(503, 'UNAVAILABLE', message, { headers: { 'retry-after': 1 } });
}

function translated(error: unknown): unknown {
  if (error instanceof ReadOnly) {
    return new Failure(405, 'UNSUPPORTED', `${error.message}; push to another`, {
      headers: { allow: 'GET, HEAD' },
    });
  }
  if (error instanceof StorageFull) {
    return new Failure(507, 'STORAGE_FULL', 'the registry has no room left; its operator has to make some', {
      cause: error,
    });
  }
  if (error instanceof ImageDamaged || error instanceof StoredContentDamaged) {
    // To a client it is not there: whoever has it can push it, and nobody can pull it.
    return refused(`Image not found: ${error.message}`, 404);
  }
  if (error instanceof BodyBroken) {
    // Whoever broke the body off on purpose has said how to answer.
    if (error.cause instanceof Failure) return error.cause;
    return new Failure(400, 'UNSUPPORTED', 'the request ended before its body was whole', {
      cause: error,
      close: true,
    });
  }
  return error;
}

/** Tells a client what went wrong, with the headers of every reply. What is no business of the client's is handed back as it came. */
export function asFailure(thrown: unknown): unknown {
  const error = translated(thrown);
  if (!(error instanceof Failure)) return error;
  const { status, code, message, detail, headers, close, cause } = error;
  return new Failure(status, code, message, {
    detail,
    headers: { ...NO_CACHE, ...headers },
    close,
    ...(cause === undefined ? {} : { cause }),
  });
}
