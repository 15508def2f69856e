import { type Kind, mustBe } from './kind.js';

const expected = 'a number from 0 to 1';

/** A part of the whole: `0.25`. */
export const proportion: Kind<number> = {
  expected,
  scalars: new Set(['number', 'string']),
  schema: {
    anyOf: [
      { type: 'number', minimum: 0, maximum: 1 },
      { type: 'string', pattern: '^(?:0(?:\\.\\d{1,9})?|1(?:\\.0{1,9})?)$' },
    ],
  },
  parse(text) {
    const value = /^\d(?:\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
    return value >= 0 && value <= 1 ? { value } : mustBe(expected, text);
  },
};
