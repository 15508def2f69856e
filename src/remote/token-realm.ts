import { RemoteFailure } from './failure.js';

/**
 * Reads the address of a token service that a registry has named, and decides whether a password may go there.
 *
 * The registry chooses the address, so a registry that somebody has taken over could collect passwords for itself. Hence a
 * password goes to the registry's own host (whose certificate proves the name, on whatever port) or to a host that the user has
 * named, and always over TLS; without TLS only to the very origin that the user has named.
 *
 * @param allowed hosts that the user has named, `auth.example.com` or `auth.example.com:5001`.
 * @throws {RemoteFailure} when the address is none that anything may be sent to.
 */
export function judgeRealm(
  realm: string | undefined,
  origin: URL,
  allowed: readonly string[],
): { readonly url: URL; readonly mayHavePassword: boolean } {
  const url = realm !== undefined && URL.canParse(realm) ? new URL(realm) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') {
    throw new RemoteFailure(
      'UNEXPECTED',
      `${origin.origin}: the registry names no usable place to get a token from`,
    );
  }
  if (url.origin === origin.origin) return { url, mayHavePassword: true };
  if (url.protocol !== 'https:') {
    throw new RemoteFailure(
      'UNEXPECTED',
      `${origin.origin}: the registry wants a token from ${url.origin}, which is not https:// and was not asked`,
    );
  }
  const isOwn = origin.protocol === 'https:' && url.hostname === origin.hostname;
  return { url, mayHavePassword: isOwn || allowed.includes(url.host) };
}
