const FORM = /^(\d{1,9})(s|m|h|d|w|y)$/;
const MILLISECONDS = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 7 * 86_400_000],
  ['y', 365 * 86_400_000],
]);

/** A hundred years: whatever is longer was not meant, and would leave the dates that can be written. */
const LONGEST = 36_500 * 86_400_000;

/** A length of time such as `12h`, `90d` or `1y`, in milliseconds; undefined when the text is none, or none that can be kept. */
export function readLifetime(text: string): number | undefined {
  const [, count, unit = ''] = FORM.exec(text) ?? [];
  const length = Number(count) * (MILLISECONDS.get(unit) ?? Number.NaN);
  return length > 0 && length <= LONGEST ? length : undefined;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** What a command that has just reckoned a time takes to print it must not make a day less of it. */
const SLACK = 30_000;

/** A length of time in words, such as `3 days`, rounded down to the largest unit that fits. */
export function inWords(length: number): string {
  for (const [unit, size] of UNITS) {
    const count = Math.floor((length + SLACK) / size);
    if (count > 0) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'less than a minute';
}
