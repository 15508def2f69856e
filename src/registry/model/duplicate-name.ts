const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const SPACE = 0x20;

/** Objects inside objects that are looked into: the manifest, its config or subject, and what its lists hold. */
const LEVELS = 3;

/** The names in an object so far; true for one without any yet, false for lists and for what nobody here interprets. */
type Names = Set<string> | boolean;

/** Some readers find a field by its name without regard to case, so names that differ in case alone are one. */
export function foldedName(name: string): string {
  return name.toUpperCase().toLowerCase();
}

function endOfString(bytes: Uint8Array, start: number): number {
  let index = start + 1;
  while (index < bytes.length && bytes[index] !== QUOTE) index += bytes[index] === BACKSLASH ? 2 : 1;
  return index;
}

function nameAt(bytes: Buffer, start: number, end: number): string {
  const name = bytes.toString('utf8', start + 1, end);
  return name.includes('\\') ? String(JSON.parse(`"${name}"`)) : name;
}

function isName(bytes: Uint8Array, end: number): boolean {
  let index = end + 1;
  while ((bytes[index] ?? COLON) <= SPACE) index += 1;
  return bytes[index] === COLON;
}

/**
 * Finds a name that an object has twice: of such fields one reader takes the first and another the last, so one digest
 * would mean two things (RFC 8259 §4). Looks into the objects that a registry interprets, not at annotations of layers.
 *
 * @param bytes a valid JSON text.
 * @returns the name as it is written the second time.
 */
export function duplicateName(bytes: Buffer): string | undefined {
  const open: Names[] = [];
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === QUOTE) {
      const end = endOfString(bytes, index);
      const names = open.at(-1);
      if (names !== undefined && names !== false && isName(bytes, end)) {
        const name = nameAt(bytes, index, end);
        // Annotations are told apart by case, fields of the manifest are not.
        const key = open.length === 1 ? foldedName(name) : name;
        if (names === true) open[open.length - 1] = new Set([key]);
        else if (names.has(key)) return name;
        else names.add(key);
      }
      index = end;
    } else if (byte === 0x7b) open.push(open.length < LEVELS);
    else if (byte === 0x5b) open.push(false);
    else if (byte === 0x7d || byte === 0x5d) open.pop();
  }
  return undefined;
}
