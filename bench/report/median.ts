/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The middle of each named value over several measurements. */
export function medians(
  measured: readonly Readonly<Record<string, number>>[],
): Readonly<Record<string, number>> {
  const names = new Set(measured.flatMap((each) => Object.keys(each)));
  return Object.fromEntries(
    [...names].map((name) => [name, median(measured.map((each) => each[name] ?? 0))]),
  );
}
