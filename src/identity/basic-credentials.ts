/** What a client says about itself: a user and the password that is to prove it. */
export interface BasicCredentials {
  readonly user: string;
  readonly password: string;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads an `Authorization` value of the Basic scheme (RFC 7617 §2).
 *
 * The base64 must be whole and padded, the text valid UTF-8 with a colon and a user before it. Whatever is not is
 * `undefined`, without a reason: to the client all of them look like a wrong password.
 */
export function readBasicCredentials(authorization: string): BasicCredentials | undefined {
  if (authorization.length < 7 || authorization.slice(0, 6).toLowerCase() !== 'basic ') return undefined;
  const encoded = authorization.slice(6).trim();
  if (!BASE64.test(encoded)) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return undefined;
  }
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

const EMPTY = /^basic +Og==[ \t]*$/i;

/** Whether it is an empty user with an empty password (`Basic Og==`): what some clients send when they have none. */
export function isEmpty(authorization: string): boolean {
  // Base64 heeds the case: `og==` is something else.
  return authorization.length < 32 && EMPTY.test(authorization) && authorization.includes('Og==');
}
