import { quote } from './quote.js';

/** What came out of one written value: the checked value, or the rest of a sentence that begins with the setting's name. */
export type Parsed<Value> = { readonly value: Value } | { readonly complaint: string };

/** A part of a JSON Schema (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A kind of value: how it is written, checked and described. */
export interface Kind<Value> {
  /** What is accepted, so that it follows "must be": `a duration such as 30s`. */
  readonly expected: string;
  /** Which YAML scalars may hold it. Flags and the environment always bring text. */
  readonly scalars: ReadonlySet<'string' | 'number' | 'boolean'>;
  /** It is a secret: no sentence repeats what was written. */
  readonly hidden?: true;
  /** What a YAML file may hold. Generated from the same expressions that `parse` uses. */
  readonly schema: JsonSchema;
  /** @param directory What a relative path is relative to. */
  parse(text: string, directory: string): Parsed<Value>;
}

/** The sentence of most complaints. */
export function mustBe(expected: string, text: string): { readonly complaint: string } {
  return { complaint: `must be ${expected}, not ${quote(text)}.` };
}
