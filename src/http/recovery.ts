import { Failure } from '../exchange/failure.js';
import type { Reply } from '../exchange/reply.js';
import { jsonReply } from './media.js';
import { PAGE_SECURITY } from './security-headers.js';

/** Name and value that docker looks for on every reply under `/v2/`, errors included. */
export const API_VERSION = ['docker-distribution-api-version', 'registry/2.0'] as const;

/** Whether a path belongs to the OCI Distribution API. */
export function isDistributionPath(path: string): boolean {
  return path.startsWith('/v2/') || path === '/v2';
}

/** What was thrown as the failure that the client is told. Whatever is not a {@link Failure} is our fault and stays unsaid. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure(500, 'UNKNOWN', 'something went wrong in the registry; its log tells more', {
    cause: thrown,
  });
}

/**
 * The reply to a failure, in the form that whoever asks on this path can read: the OCI `errors` array, the
 * string-valued JSON of the v1 API, or one line of text or HTML.
 *
 * @param path the request's path; undefined when the request could not be parsed
 * @param accept the request's `Accept` header
 */
export function failureReply(failure: Failure, path: string | undefined, accept: string | undefined): Reply {
  const { status, code, message, detail, headers } = failure;
  if (path === undefined || isDistributionPath(path)) {
    const error = detail === undefined ? { code, message } : { code, message, detail };
    // Whoever sent what could not be parsed may well be docker; replies on known paths get the line when they are sent.
    const lines = path === undefined ? { [API_VERSION[0]]: API_VERSION[1], ...headers } : headers;
    return jsonReply(status, { errors: [error] }, lines);
  }
  if (path.startsWith('/v1/')) return jsonReply(status, { error: message }, headers);
  if (accept?.includes('text/html') === true) return pageReply(status, message, headers);
  const body = `${message}\n`;
  return {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      ...headers,
    },
    body,
  };
}

function pageReply(status: number, message: string, headers: Reply['headers']): Reply {
  const text = message.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${status}</title><h1>${status}</h1><p>${text}</p></html>\n`;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      ...PAGE_SECURITY,
      ...headers,
    },
    body,
  };
}
