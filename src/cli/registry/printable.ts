/** What moves a cursor, changes a terminal, hides text or turns its direction; and halves of characters. */
const HARMFUL =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

const LONGEST = 2_000;

/** Text that a registry has sent, harmless to a terminal: control characters as `\u{1b}`, and not endless. */
export function printable(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  return shown.replace(HARMFUL, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** JSON that is harmless to a terminal too: the same value, with the same characters escaped as JSON does it. */
export function printableJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent);
  return text.replace(HARMFUL, (character) =>
    character === '\n' ? character : [...unitsOf(character)].join(''),
  );
}

function* unitsOf(character: string): Generator<string> {
  for (let index = 0; index < character.length; index += 1) {
    yield `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
}
