import { type AccessRecord, headerOf } from './access-record.js';

/** Paths that need no password anywhere. */
const PINGS = new Set(['/_ping', '/v1/_ping']);
/** What load balancers ask for where they know no ping; without a password, 401 is the answer of a gateway in good health. */
const DOORS = new Set(['/', '/v2/', '/v2']);

/**
 * Whether an exchange is a health check that went well: a ping, or a stranger's GET or HEAD of the root or of `/v2/` with
 * the usual answer. Whoever shows a password is no health check, and what goes wrong is none that went well.
 */
export function isGoodHealthCheck(record: AccessRecord): boolean {
  const { path, request, status, outcome } = record;
  if (path === undefined || (status !== 200 && status !== 401)) return false;
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (PINGS.has(path)) return status === 200 && outcome === 'complete';
  if (!DOORS.has(path) || record.user !== undefined) return false;
  return (
    outcome === (status === 200 ? 'complete' : 'refused') &&
    headerOf(request.rawHeaders, 'authorization') === undefined
  );
}
