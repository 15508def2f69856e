/** A JSON object whose fields are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper than any manifest in use; a text of brackets alone would keep the parser busy for a second. */
const DEEPEST = 128;

/** Objects and lists, and fields in them: three times what a manifest of 4 MiB has when it is full of descriptors. */
const MOST_PARTS = 100_000;
const MOST_FIELDS = 250_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Tells whether a text would keep the parser busy for longer than any manifest in use. */
function isBomb(bytes: Uint8Array): boolean {
  let depth = 0;
  let parts = 0;
  let fields = 0;
  let quoted = false;
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
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
    } else if (byte === 0x3a) {
      fields += 1;
      if (fields > MOST_FIELDS) return true;
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
