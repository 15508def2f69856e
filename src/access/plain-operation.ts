import type { Action } from '../exchange/action.js';
import type { Subject } from '../exchange/rights.js';
import type { Operation } from './operation.js';

/** What whoever has a name may do. */
export const NOTHING_NEEDED: Operation = { needs: [] };

/** What nobody may do but who may do everything: unknown, or not to be read in one way only. */
export const ADMINISTRATION: Operation = needing('admin', undefined);

export function needing(action: Action, subject: Subject): Operation {
  return { needs: [{ action, subject }] };
}

/** Whether a method only reads (RFC 9110 §9.2.1). `OPTIONS` is none that a registry needs. */
export function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** The segments of a path, decoded; undefined when a part hides a slash or is not percent-encoded as it should be. */
export function decodedSegments(path: string): readonly string[] | undefined {
  const segments = path.split('/');
  if (!path.includes('%')) return segments;
  try {
    const decoded = segments.map(decodeURIComponent);
    return decoded.some((segment) => segment.includes('/')) ? undefined : decoded;
  } catch {
    return undefined;
  }
}
