import { parseJson } from '../../model/json.js';

/** Bytes of a file of checksums. */
export const CHECKSUMS_LIMIT = 16 * 1024;

/** Checksums of one image. */
const MOST = 16;

/** `sha256:…`, `tarsum+sha256:…`: nothing that could break out of a header line. */
const CHECKSUM = /^[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}:[A-Fa-f0-9]{1,128}$/;

/** Reads stored checksums: a JSON list, a JSON text, or the bare text that very old stores hold. */
export function readChecksums(bytes: Buffer): string[] {
  const value = parseJson(bytes) ?? bytes.toString('latin1').trim();
  const list: unknown[] = Array.isArray(value) ? value.slice(0, MOST) : [value];
  return list.filter((each): each is string => typeof each === 'string' && CHECKSUM.test(each));
}
