/**
 * Whether some object of a JSON text has a member twice: readers differ in which of them counts (RFC 8259 §4), and who
 * checks a token must not see another claim than who obeys it. The text has been parsed already and is known to be JSON.
 */
export function hasRepeatedMembers(text: string): boolean {
  /** A set for each open object, undefined for each open array. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (isName && names !== undefined) {
        const name: string = JSON.parse(text.slice(at, end + 1));
        // Go's reader takes names of another case for the same.
        const folded = name.toLowerCase();
        if (names.has(folded)) return true;
        names.add(folded);
      }
      isName = false;
      at = end;
    } else if (character === '{') {
      open.push(new Set());
      isName = true;
    } else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === ',') isName = open.at(-1) !== undefined;
  }
  return false;
}

/** Where the quotation mark is that ends a string. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
