import type { RequestHeaders } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';

const RANGE = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(?:\d+|\*))?$/;

/**
 * Where a chunk belongs: the first number of `Content-Range: <first>-<last>` (OCI end-5).
 *
 * @returns undefined when the client does not say; a negative number for a range that can be nowhere.
 * @throws {Failure} 400 when the header cannot be read, or does not agree with `Content-Length`.
 */
export function chunkOffset(headers: RequestHeaders): number | undefined {
  const range = headers['content-range'];
  if (range === undefined) return undefined;
  const match = RANGE.exec(range.trim());
  if (match === null) {
    throw new Failure(
      400,
      'BLOB_UPLOAD_INVALID',
      'Content-Range must have the form <first byte>-<last byte>',
    );
  }
  const first = Number(match[1]);
  const length = Number(match[2]) - first + 1;
  const stated = headers['content-length'];
  // A range that ends before it begins fits nowhere, whatever the upload's size.
  if (length < 1) return -1;
  if (stated !== undefined && Number(stated) !== length) {
    throw new Failure(
      400,
      'SIZE_INVALID',
      `Content-Range names ${length} bytes, but Content-Length says ${stated}`,
    );
  }
  return first;
}
