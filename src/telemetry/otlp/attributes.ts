/** What JSON writes as it is; other texts go through JSON.stringify, which costs several times as much. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Writes an attribute after a comma; nothing for an undefined value. */
export type Attribute<Value> = (value: Value | undefined) => string;

/**
 * An attribute that is a text, as OTLP writes it in JSON. Spans are put together text by text, of as few pieces as can be,
 * because every request pays for them.
 *
 * @param key plain text
 */
export function textAttribute(key: string): Attribute<string> {
  const before = `,{"key":"${key}","value":{"stringValue":"`;
  return (value) => (value === undefined ? '' : `${before}${escaped(value)}"}}`);
}

/** An attribute that is a whole number. Numbers of 64 bits are written as texts in this format. */
export function countAttribute(key: string): Attribute<number> {
  const before = `,{"key":"${key}","value":{"intValue":"`;
  return (value) => (value === undefined ? '' : `${before}${value}"}}`);
}

/** A text as it stands between quotes in JSON. */
export function escaped(text: string): string {
  return PLAIN.test(text) ? text : JSON.stringify(text).slice(1, -1);
}
