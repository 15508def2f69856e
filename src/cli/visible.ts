/** A text that somebody else has written, for a terminal: what cannot be seen, or turns the direction of writing, becomes a question mark. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
