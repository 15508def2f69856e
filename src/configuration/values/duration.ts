import { type JsonSchema, type Kind, mustBe } from './kind.js';

const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/;
const milliseconds = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** A Node timer counts in 31 bits: what is longer fires at once. */
const longest = 24 * 86_400_000;

/**
 * A length of time in whole milliseconds: `500ms`, `30s`, `5m`, `1h`, `1d`; a plain number counts seconds.
 *
 * @param zero Whether 0 makes sense. A time limit of 0 would either fire at once or never.
 */
export function duration(zero: 'zero allowed' | 'zero refused'): Kind<number> {
  const expected = 'a duration such as 500ms, 30s, 5m or 1h';
  return {
    expected,
    scalars: new Set(['string', 'number']),
    schema: {
      anyOf: [
        { type: 'string', pattern: pattern.source },
        {
          type: 'number',
          maximum: longest / 1000,
          ...(zero === 'zero allowed' ? { minimum: 0 } : { exclusiveMinimum: 0 }),
        },
      ],
    },
    parse(text) {
      if (!pattern.test(text)) return mustBe(expected, text);
      const value = read(text);
      if (value === 0 && zero === 'zero refused') return mustBe('longer than zero', text);
      if (value > longest) return mustBe('24d at most', text);
      return { value };
    },
  };
}

/** As {@link duration}, but not shorter than it makes sense. @param least milliseconds. @param written the same as text. */
export function durationFrom(least: number, written: string): Kind<number> {
  const kind = duration('zero refused');
  const [text] = anyOf(kind.schema);
  return {
    ...kind,
    schema: { anyOf: [text, { type: 'number', maximum: longest / 1000, minimum: least / 1000 }] },
    parse(text, directory) {
      const parsed = kind.parse(text, directory);
      return 'value' in parsed && parsed.value < least ? mustBe(`${written} at least`, text) : parsed;
    },
  };
}

/** As {@link duration}, or `never`, which is infinitely long. */
export const durationOrNever: Kind<number> = {
  ...duration('zero refused'),
  expected: 'a duration such as 12h or 7d, or never',
  schema: { anyOf: [{ enum: ['never'] }, ...anyOf(duration('zero refused').schema)] },
  parse(text, directory) {
    return text === 'never'
      ? { value: Number.POSITIVE_INFINITY }
      : duration('zero refused').parse(text, directory);
  },
};

/**
 * A length of time from `least` to `most` that no timer waits for, so that it may be longer than {@link duration}.
 * Both are written as in the file; a least of `0` is a switch that may be off.
 */
export function longDuration(least: string, most: string): Kind<number> {
  const [lowest, highest] = [read(least), read(most)];
  const kind = duration('zero allowed');
  const [text] = anyOf(kind.schema);
  return {
    ...kind,
    expected: 'a duration such as 12h or 30d',
    schema: { anyOf: [text, { type: 'number', minimum: lowest / 1000, maximum: highest / 1000 }] },
    parse(written) {
      if (!pattern.test(written)) return mustBe(this.expected, written);
      const value = read(written);
      if (value < lowest) return mustBe(`${least} at least`, written);
      return value > highest ? mustBe(`${most} at most`, written) : { value };
    },
  };
}

function read(text: string): number {
  const [, number, unit = 's'] = pattern.exec(text) ?? [];
  return Math.round(Number(number) * (milliseconds.get(unit) ?? 1000));
}

function anyOf({ anyOf: forms }: JsonSchema): readonly unknown[] {
  return Array.isArray(forms) ? forms : [];
}
