import { type Kind, mustBe } from './kind.js';

const pattern = /^(\d+(?:\.\d+)?)(B|[kK]B?|MB?|GB?|KiB|MiB|GiB)?$/;
const factors = new Map([
  ['B', 1],
  ['K', 1000],
  ['M', 1000 ** 2],
  ['G', 1000 ** 3],
  ['KIB', 1024],
  ['MIB', 1024 ** 2],
  ['GIB', 1024 ** 3],
]);

const sizeExpected = 'a number of bytes such as 500, 1k or 64KiB';

/** A number of bytes: `500`, `1k` (1,000), `64KiB` (65,536), `1.5MB`, `1GiB`. */
export const size: Kind<number> = {
  expected: sizeExpected,
  scalars: new Set(['string', 'number']),
  schema: {
    anyOf: [
      { type: 'string', pattern: pattern.source },
      { type: 'number', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    ],
  },
  parse(text) {
    const match = pattern.exec(text);
    if (match === null) return mustBe(sizeExpected, text);
    const unit = (match[2] ?? 'B').toUpperCase();
    const factor = factors.get(unit) ?? factors.get(unit.replace(/B$/, '')) ?? 1;
    const value = Math.round(Number(match[1]) * factor);
    return value <= Number.MAX_SAFE_INTEGER ? { value } : mustBe('less than 9 PB', text);
  },
};

/** A whole number from `lowest` to `highest`. */
export function count(lowest: number, highest: number): Kind<number> {
  const expected = `a whole number from ${lowest} to ${highest}`;
  return {
    expected,
    scalars: new Set(['number', 'string']),
    schema: {
      anyOf: [
        { type: 'integer', minimum: lowest, maximum: highest },
        { type: 'string', pattern: '^\\d{1,9}$' },
      ],
    },
    parse(text) {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      return value >= lowest && value <= highest ? { value } : mustBe(expected, text);
    },
  };
}
