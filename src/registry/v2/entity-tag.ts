import type { RequestHeaders } from '../../exchange/exchange.js';
import type { Digest } from '../model/digest.js';

/** The entity tag of content: its digest, in quotes (RFC 9110 §8.8.3). */
export function entityTag(digest: Digest): string {
  return `"${digest}"`;
}

/** Tells whether the client has this content already (RFC 9110 §13.1.2). A digest without quotes is taken as well. */
export function isUnmodified(headers: RequestHeaders, digest: Digest): boolean {
  const condition = headers['if-none-match'];
  if (condition === undefined) return false;
  return condition.split(',').some((text) => {
    const tag = text.trim().replace(/^W\//, '');
    return tag === '*' || tag === entityTag(digest) || tag === digest.toString();
  });
}

/** Tells whether a `Range` is to be obeyed: no `If-Range`, or one that names this content (RFC 9110 §13.1.5). */
export function isRangeWanted(headers: RequestHeaders, digest: Digest): boolean {
  const condition = headers['if-range'];
  return condition === undefined || condition.trim() === entityTag(digest);
}
