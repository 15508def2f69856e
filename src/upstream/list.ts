import { Failure } from '../exchange/failure.js';
import type { Reply } from '../exchange/reply.js';
import type { Collected } from './collected.js';

/** Asks the upstream for a path and query; undefined when enough has been asked. */
export type AskUpstream = (path: string) => Promise<Collected | undefined>;

/** A list of the upstream's as somebody may see it: a reply of ours, or what the upstream says in place of a list. */
export type VisibleList = Reply | { readonly refusal: Collected };

/** 502 for an upstream whose list cannot be read, and so cannot be judged. */
export function notUnderstood(): Failure {
  return new Failure(
    502,
    'UNAVAILABLE',
    'the registry behind this gateway answers with a list that cannot be read',
  );
}

/** The JSON object of a reply; undefined when it is none, or is encoded. */
export function objectIn({ headers, body }: Collected): Record<string, unknown> | undefined {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') return undefined;
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
