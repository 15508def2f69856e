import type { RowResult } from '../report/row-result.js';
import type { Stage } from '../stage.js';

/** Something that can be measured. */
export interface Row {
  /** As `--only` takes it. */
  readonly name: string;
  /** So long or so large that it is left out unless it is named, or all are asked for. */
  readonly isLong?: true;
  /** Starts what it needs, measures, and stops it again. Some measure two things at once. */
  measure(stage: Stage): Promise<RowResult[]>;
}
