/** A JSON value as it stands in the text: an object keeps its fields in their order, doubles included. */
export type PlainJson = null | boolean | number | string | readonly PlainJson[] | PlainObject;

/** See {@link PlainJson}. */
export interface PlainObject {
  readonly fields: readonly (readonly [name: string, value: PlainJson])[];
}

export function isPlainObject(value: PlainJson | undefined): value is PlainObject {
  return typeof value === 'object' && value !== null && 'fields' in value;
}

/** Reads a JSON text of which it is known that it is one, sharing nothing with the platform's reader but numbers and strings. */
export function readPlainJson(text: string): PlainJson {
  let at = 0;
  const space = (): void => {
    while (' \t\r\n'.includes(text[at] ?? 'x')) at += 1;
  };
  const expect = (token: string): void => {
    if (!text.startsWith(token, at)) throw new Error(`${token} is expected at ${at}`);
    at += token.length;
  };
  const string = (): string => {
    const start = at;
    for (at += 1; text[at] !== '"'; at += text[at] === '\\' ? 2 : 1)
      if (at >= text.length) throw new Error('a string does not end');
    at += 1;
    return String(JSON.parse(text.slice(start, at)));
  };
  const list = (): PlainJson[] => {
    const items: PlainJson[] = [];
    for (at += 1; ; at += 1) {
      space();
      if (text[at] === ']' && items.length === 0) break;
      items.push(value());
      if (text[at] !== ',') break;
    }
    expect(']');
    return items;
  };
  const object = (): PlainObject => {
    const fields: [string, PlainJson][] = [];
    for (at += 1; ; at += 1) {
      space();
      if (text[at] === '}' && fields.length === 0) break;
      const name = string();
      space();
      expect(':');
      fields.push([name, value()]);
      if (text[at] !== ',') break;
    }
    expect('}');
    return { fields };
  };
  const word = (): PlainJson => {
    const token = /true|false|null|[-+.0-9eE]+/y;
    token.lastIndex = at;
    const found = token.exec(text)?.[0] ?? '';
    expect(found === '' ? 'a value' : found);
    return JSON.parse(found) as PlainJson;
  };
  const value = (): PlainJson => {
    space();
    const first = text[at];
    const result = first === '"' ? string() : first === '[' ? list() : first === '{' ? object() : word();
    space();
    return result;
  };
  const result = value();
  if (at !== text.length) throw new Error(`the text goes on at ${at}`);
  return result;
}
