/** What both servers write as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;
const SPECIAL = /[^ !#-[\]-~]/g;
/** Letters that Apache uses, as C does. */
const LETTERS: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/**
 * Text between quotes as nginx writes it: quotes, backslashes, control characters and all beyond ASCII as `\xXX`.
 *
 * @param bytes each character is a byte, as node hands header lines over
 */
export function escapedAsNginx(bytes: string): string {
  return PLAIN.test(bytes) ? bytes : bytes.replace(SPECIAL, (byte) => `\\x${hex(byte).toUpperCase()}`);
}

/** The same as Apache writes it: by letters where C has some, and `\xhh`. */
export function escapedAsApache(bytes: string): string {
  return PLAIN.test(bytes) ? bytes : bytes.replace(SPECIAL, (byte) => LETTERS[byte] ?? `\\x${hex(byte)}`);
}

/** A user's name as the bytes that the client has sent. */
export function bytesOf(text: string): string {
  return PLAIN.test(text) ? text : Buffer.from(text).toString('latin1');
}

function hex(byte: string): string {
  return byte.charCodeAt(0).toString(16).padStart(2, '0');
}
