const EXEMPT = new Set(['/_ping', '/v1/_ping']);

/** Whether a request needs no password: exactly the two pings, read only. The path is the target's, parsed once. */
export function isExempt(method: string, path: string): boolean {
  return EXEMPT.has(path) && (method === 'GET' || method === 'HEAD');
}
