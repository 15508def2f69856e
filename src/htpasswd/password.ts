/**
 * Most bytes a password can have. SHA-crypt takes time that grows with the square of the length, so there must be
 * an end to it; other implementations of crypt(3) stop at 512.
 */
export const LONGEST_PASSWORD = 1024;

/** A copy in a buffer of its own, so that no other secret of a shared one travels along. */
export function passwordBytes(password: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(typeof password === 'string' ? Buffer.from(password, 'utf8') : password);
}

/**
 * What keeps a password from ever being right, as the end of the sentence "the password ...", or undefined.
 *
 * Implementations of crypt(3) stop at a NUL: a right password with one behind it would pass.
 */
export function unverifiable(password: Uint8Array): string | undefined {
  if (password.includes(0)) return 'holds a NUL byte';
  if (password.length > LONGEST_PASSWORD) return `is longer than ${LONGEST_PASSWORD} bytes`;
  return undefined;
}

/** What keeps a password from being set: the above, and what no client could send (RFC 7617 §2). */
export function passwordFault(password: Uint8Array): string | undefined {
  if (password.length === 0) return 'is empty';
  if (password.some((byte) => byte < 0x20 || byte === 0x7f)) return 'holds a control character';
  return unverifiable(password);
}
