/** Most bytes of a user's name in UTF-8. */
export const LONGEST_NAME = 255;

/**
 * What is wrong with a name, as the end of the sentence "the name ...", or undefined when nothing is.
 *
 * A colon would end the name in the file and in the `Authorization` header (RFC 7617 §2), which forbids control
 * characters as well.
 */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.includes(':')) return 'holds a colon, which ends a name in the file';
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return 'holds a control character';
  if (/\p{Surrogate}/u.test(name)) return 'is not valid Unicode';
  if (name.startsWith('#')) return 'begins with #, which makes its line a comment';
  if (Buffer.byteLength(name) > LONGEST_NAME) return `is longer than ${LONGEST_NAME} bytes`;
  return undefined;
}
