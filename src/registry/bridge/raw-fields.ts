import { foldedName } from '../model/duplicate-name.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A field of a JSON object with its value as it is written: numbers that no double holds stay what they are. */
export interface RawField {
  readonly name: string;
  readonly raw: string;
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index + 1;
}

function skipSpace(text: string, start: number): number {
  let index = start;
  while (index < text.length && text.charCodeAt(index) <= 0x20) index += 1;
  return index;
}

/** The first place behind a value at which the object goes on or ends. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let index = start;
  while (index < text.length) {
    const character = text[index];
    if (character === '"') {
      index = endOfString(text, index);
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth < 0 || (depth === 0 && character === ',')) break;
    index += 1;
  }
  return index;
}

/** The fields of an object, in their order. @param text of a JSON object that has been parsed before. */
export function rawFields(text: string): RawField[] {
  const fields: RawField[] = [];
  let index = skipSpace(text, text.indexOf('{') + 1);
  while (text[index] === '"') {
    const nameEnd = endOfString(text, index);
    const name: unknown = JSON.parse(text.slice(index, nameEnd));
    const start = text.indexOf(':', nameEnd) + 1;
    const end = endOfValue(text, start);
    fields.push({ name: String(name), raw: text.slice(start, end).trim() });
    index = skipSpace(text, end + 1);
  }
  return fields;
}

/**
 * The fields of an object as engines written in Go see them: names without regard to case, of several that are one the
 * last, and null as if it were not there.
 *
 * @returns raw values by folded name; see {@link foldedName}.
 */
export function foldedFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const { name, raw } of rawFields(text)) {
    if (raw !== 'null') fields.set(foldedName(name), raw);
  }
  return fields;
}
