import { LayerUnreadable } from '../layer-unreadable.js';

const LINE_FEED = 0x0a;
const EQUALS = 0x3d;

/** Digits of the length of a record; the content of a header has at most a MiB. */
const LENGTH_DIGITS = 7;

/** Records of a header. Real ones have some dozens; a MiB of the shortest would keep everybody waiting for half a second. */
const MOST = 4096;

/**
 * Reads an extended header of POSIX.1-2001: records of `length key=value`, each with a line feed at its end, which counts.
 *
 * @returns keys and values as latin1, one character a byte; the last record of a key counts.
 * @throws {LayerUnreadable}
 */
export function readPaxRecords(content: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  let count = 0;
  for (let start = 0; start < content.length; ) {
    count += 1;
    if (count > MOST) throw new LayerUnreadable(`has an extended header of more than ${MOST} records`);
    const space = content.subarray(start, start + LENGTH_DIGITS + 1).indexOf(' ');
    const digits = content.toString('latin1', start, start + Math.max(space, 0));
    const end = start + Number(/^[0-9]+$/.test(digits) ? digits : 0);
    const equals = content.indexOf(EQUALS, start + space + 1);
    if (
      end > content.length ||
      equals <= start + space + 1 ||
      equals >= end ||
      content[end - 1] !== LINE_FEED
    )
      throw new LayerUnreadable('is no tar archive: an extended header is damaged');
    records.set(
      content.toString('latin1', start + space + 1, equals),
      content.toString('latin1', equals + 1, end - 1),
    );
    start = end;
  }
  return records;
}
