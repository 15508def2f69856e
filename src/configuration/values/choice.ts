import { nearest } from '../nearest.js';
import { type Kind, mustBe } from './kind.js';

/** One of a few words, written exactly so. */
export function choice<const Word extends string>(words: readonly Word[]): Kind<Word> {
  const expected = `one of ${words.join(', ')}`;
  return {
    expected,
    scalars: new Set(['string']),
    schema: { enum: words },
    parse(text) {
      const value = words.find((word) => word === text);
      if (value !== undefined) return { value };
      const guess = nearest(text, words);
      const refusal = mustBe(expected, text);
      return guess === undefined ? refusal : { complaint: `${refusal.complaint} Did you mean "${guess}"?` };
    },
  };
}

/** `true` or `false`; where only text can be written also `1` and `0`. */
export const truth: Kind<boolean> = {
  expected: 'true or false',
  scalars: new Set(['boolean']),
  schema: { type: 'boolean' },
  parse(text) {
    if (text === 'true' || text === '1') return { value: true };
    if (text === 'false' || text === '0') return { value: false };
    return mustBe('true or false', text);
  },
};
