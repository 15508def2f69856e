import { printableJson } from './printable.js';

/** One JSON document with a list of any length, written element by element. */
export class JsonList {
  readonly #write: (text: string) => void;
  #isFirst = true;

  /** @param before fields that stand before the list. @param field the list's name. */
  constructor(write: (text: string) => void, before: Readonly<Record<string, unknown>>, field: string) {
    this.#write = write;
    const fields = Object.entries(before).map(
      ([name, value]) => `${printableJson(name)}:${printableJson(value)},`,
    );
    write(`{${fields.join('')}${printableJson(field)}:[`);
  }

  add(value: unknown): void {
    this.#write(`${this.#isFirst ? '' : ','}\n  ${printableJson(value)}`);
    this.#isFirst = false;
  }

  /** @param after fields that stand behind the list. */
  end(after: Readonly<Record<string, unknown>> = {}): void {
    const fields = Object.entries(after).map(
      ([name, value]) => `,${printableJson(name)}:${printableJson(value)}`,
    );
    this.#write(`${this.#isFirst ? '' : '\n'}]${fields.join('')}}\n`);
  }
}
