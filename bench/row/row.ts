import type { RowResult } from '../report/row-result.js';
import type { Stage } from '../stage.js';

/** Something that can be measured. */
export interface Row {
  /** As `--only` takes it. */
  readonly name: string;
  /** Starts what it needs, measures, and stops it again. Some measure two things at once. */
  measure(stage: Stage): Promise<RowResult[]>;
}
