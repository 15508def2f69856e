const EXEMPT = new Set(['/_ping', '/v1/_ping']);
const ACCOUNTS = new Set(['/v1/users', '/v1/users/']);

/** Whether a request needs no password: exactly the two pings, read only. The path is the target's, parsed once. */
export function isExempt(method: string, path: string): boolean {
  return EXEMPT.has(path) && (method === 'GET' || method === 'HEAD');
}

/** Whether a stranger asks for an account, by the one request that does. Whoever brings a password is no stranger. */
export function isRegistration(method: string, path: string, authorization: string | undefined): boolean {
  return authorization === undefined && method === 'POST' && ACCOUNTS.has(path);
}

const TOKEN_SERVICE = new Set(['/token', '/.well-known/jwks.json']);

/** Whether a request is for the service that issues tokens, which finds out itself who asks. */
export function isTokenService(path: string): boolean {
  return TOKEN_SERVICE.has(path);
}
