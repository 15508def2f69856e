const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const SPACE = 0x20;

/** Objects inside objects that are looked into: the manifest, its config or subject, and what its lists hold. */
const LEVELS = 3;

/** Fields whose objects are descriptors. Their names are folded; those of annotations are told apart by case. */
const DESCRIPTORS: ReadonlySet<string> = new Set(['config', 'layers', 'blobs', 'manifests', 'subject']);

/** An object or a list that has begun and not ended. */
interface Open {
  /** The names in an object so far; undefined for lists and for what nobody here interprets. */
  readonly names: Set<string> | undefined;
  readonly isFolded: boolean;
  /** The name that was read last, whose value a new object or list is; a list has that of its own. */
  name: string;
}

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
  const open: Open[] = [];
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === QUOTE) {
      const end = endOfString(bytes, index);
      const object = open.at(-1);
      if (object?.names !== undefined && isName(bytes, end)) {
        const name = nameAt(bytes, index, end);
        const key = object.isFolded ? foldedName(name) : name;
        if (object.names.has(key)) return name;
        object.names.add(key);
        object.name = key;
      }
      index = end;
    } else if (byte === 0x7b) open.push(begunObject(open));
    else if (byte === 0x5b) open.push({ names: undefined, isFolded: false, name: open.at(-1)?.name ?? '' });
    else if (byte === 0x7d || byte === 0x5d) open.pop();
  }
  return undefined;
}

function begunObject(open: readonly Open[]): Open {
  return {
    names: open.length < LEVELS ? new Set() : undefined,
    isFolded: open.length === 0 || DESCRIPTORS.has(open.at(-1)?.name ?? ''),
    name: '',
  };
}
