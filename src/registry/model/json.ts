/** A JSON object whose fields are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper than any manifest in use; a text of brackets alone would keep the parser busy for a second. */
const DEEPEST = 128;

/** Objects and lists, and fields in them: three times what a manifest of 4 MiB has when it is full of descriptors. */
const MOST_PARTS = 100_000;
const MOST_FIELDS = 250_000;

/** Fields of one object: many different names take the parser a hundred times as long as the same few again and again. */
const MOST_NAMES = 10_000;

/** Values that follow another: in a list of numbers there is nothing else to count. */
const MOST_VALUES = 300_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Tells whether a text would keep the parser busy for longer than any manifest in use. */
function isBomb(bytes: Uint8Array): boolean {
  let depth = 0;
  let parts = 0;
  let fields = 0;
  let values = 0;
  let quoted = false;
  /** Fields of the objects that are open, by their depth. */
  const names = new Uint32Array(DEEPEST + 1);
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (quoted) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) {
      quoted = true;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      parts += 1;
      if (depth > DEEPEST || parts > MOST_PARTS) return true;
      names[depth] = 0;
    } else if (byte === 0x7d || byte === 0x5d) {
      // Below zero it is no JSON at all, which is for the parser to say.
      depth = Math.max(0, depth - 1);
    } else if (byte === 0x3a) {
      fields += 1;
      const count = (names[depth] ?? 0) + 1;
      names[depth] = count;
      if (fields > MOST_FIELDS || count > MOST_NAMES) return true;
    } else if (byte === 0x2c) {
      values += 1;
      if (values > MOST_VALUES) return true;
    }
  }
  return false;
}

/** Reads a JSON text in UTF-8 without a byte order mark (RFC 8259 §8.1); undefined when it is not one, or is a bomb. */
export function parseJson(bytes: Uint8Array): unknown {
  if (isBomb(bytes)) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Tells whether a parsed JSON value is an object, and not a list or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of an own field; `__proto__` and what an object inherits are never taken for data. */
export function fieldOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
