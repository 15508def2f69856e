import { type Kind, mustBe } from './kind.js';

const expected = 'a number of processes from 1 to 64, or auto';

/** A number of processes, or `auto`. */
export const workerCount: Kind<number | 'auto'> = {
  expected,
  scalars: new Set(['number', 'string']),
  schema: {
    anyOf: [
      { type: 'integer', minimum: 1, maximum: 64 },
      { type: 'string', pattern: '^(?:auto|[1-9]\\d?)$' },
    ],
  },
  parse(text) {
    if (text === 'auto') return { value: 'auto' };
    const value = /^\d{1,2}$/.test(text) ? Number(text) : 0;
    return value >= 1 && value <= 64 ? { value } : mustBe(expected, text);
  },
};
