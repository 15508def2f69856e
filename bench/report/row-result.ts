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
  /** None when nothing has to be reached. */
  readonly targets: readonly Target[];
  readonly lines: readonly Line[];
}

/** Whether the subject reaches every target; undefined when there is none or it could not be measured. */
export function isMet(row: RowResult): boolean | undefined {
  const line = row.lines.find(({ contender }) => contender === row.subject);
  if (row.targets.length === 0 || line === undefined) return undefined;
  const values = row.targets.map((target) => (target.of === 'ratio' ? line.ratio : line.median));
  if (values.includes(undefined)) return undefined;
  return row.targets.every(({ limit }, index) => (values[index] ?? Number.NaN) <= limit);
}
