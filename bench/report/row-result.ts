/** What dockgate has to reach in a row. */
export interface Target {
  readonly limit: number;
  /** Whether the limit is of the ratio to the baseline or of the value itself. */
  readonly of: 'ratio' | 'value';
}

/** What was measured of one contender. */
export interface Line {
  readonly contender: string;
  /** One value a round, in the unit of the row. */
  readonly values: readonly number[];
  readonly median: number;
  /** The median over the rounds of the value divided by that of the baseline in the same round. */
  readonly ratio: number | undefined;
  /** What else is worth knowing, medians by name. */
  readonly details: Readonly<Record<string, number>>;
}

/** One row of the table, with a line for each contender. */
export interface RowResult {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** Name of the contender that the ratios refer to. */
  readonly baseline: string | undefined;
  /** Name of the contender that the target is for. */
  readonly subject: string;
  readonly target: Target | undefined;
  readonly lines: readonly Line[];
}

/** Whether the subject reaches the target; undefined when there is none or it could not be measured. */
export function isMet(row: RowResult): boolean | undefined {
  const line = row.lines.find(({ contender }) => contender === row.subject);
  if (row.target === undefined || line === undefined) return undefined;
  const value = row.target.of === 'ratio' ? line.ratio : line.median;
  return value === undefined ? undefined : value <= row.target.limit;
}
