const longest = 80;

/**
 * What the operator wrote, for a message: in quotes, short, on one line.
 *
 * Of a URL only the scheme stays, and nothing before an `@`: that is where people put passwords.
 */
export function quote(text: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0];
  const at = text.lastIndexOf('@');
  let shown = text;
  if (scheme !== undefined) shown = `${scheme}...`;
  else if (at !== -1) shown = `...${text.slice(at)}`;
  if (shown.length > longest) shown = `${shown.slice(0, longest)}...`;
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
