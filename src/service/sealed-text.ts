import { createHash } from 'node:crypto';

const LABEL = '# Seal: ';

/**
 * Puts a checksum into the first line, a comment. By it a later run tells what it wrote itself from what somebody changed.
 * It is no protection against forgery, and need be none: whoever can write units is root.
 */
export function sealed(text: string): string {
  return `${LABEL}${checksum(text)}\n${text}`;
}

/** Whether a text is as {@link sealed} made it, in this version or another. */
export function isSealed(text: string): boolean {
  const end = text.indexOf('\n');
  return text.startsWith(LABEL) && text.slice(LABEL.length, end) === checksum(text.slice(end + 1));
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
