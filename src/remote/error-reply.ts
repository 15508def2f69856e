import { fieldOf, isJsonObject, parseJson } from '../registry/model/json.js';
import { readBounded } from './bounded-body.js';
import { RemoteFailure } from './failure.js';
import type { Answer } from './transport.js';

/** Bytes of an error's body that are read. */
const LONGEST_BODY = 64 * 1024;

/** Characters of a registry's own words that go into a sentence. */
const LONGEST_TEXT = 300;

interface OciError {
  readonly code: string;
  readonly message: string;
}

/** Makes a failure of an answer that is none of those expected (OCI Distribution §Error Codes), and ends its body. */
export async function failureOf(answer: Answer, origin: string, what: string): Promise<RemoteFailure> {
  const error = await readError(answer);
  const { statusCode } = answer;
  const words =
    error === undefined ? '' : ` (${error.code}${error.message === '' ? '' : `: ${error.message}`})`;
  const sentence = `${origin}: ${what} was answered with ${statusCode}${words}`;
  if (statusCode === 401) return new RemoteFailure('UNAUTHORIZED', sentence);
  if (statusCode === 403) return new RemoteFailure('DENIED', sentence);
  if (statusCode === 404) return new RemoteFailure('NOT_FOUND', sentence);
  if (statusCode === 409) return new RemoteFailure('BUSY', sentence);
  if (statusCode === 405 || error?.code === 'UNSUPPORTED') return new RemoteFailure('UNSUPPORTED', sentence);
  return new RemoteFailure('UNEXPECTED', sentence);
}

async function readError(answer: Answer): Promise<OciError | undefined> {
  try {
    const value = parseJson(await readBounded(answer.body, LONGEST_BODY, 'an error'));
    const list = isJsonObject(value) ? fieldOf(value, 'errors') : undefined;
    const first: unknown = Array.isArray(list) ? list[0] : undefined;
    if (!isJsonObject(first)) return undefined;
    const text = (name: string): string => {
      const field = fieldOf(first, name);
      return typeof field === 'string' ? field.slice(0, LONGEST_TEXT) : '';
    };
    return { code: text('code'), message: text('message') };
  } catch {
    // The status says enough when the body breaks off.
    return undefined;
  }
}
