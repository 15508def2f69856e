import { type CrashReport, repeatedReport } from './presentable.js';

/** Kinds of errors that are reported in one interval. */
const AT_ONCE = 10;

/** Keeps an error that comes with every request from being reported with every request. Its memory is bounded. */
export class ReportTally {
  #known = new Map<string, { readonly report: CrashReport; again: number }>();
  #others = 0;

  /**
   * @param kind what is taken for the same error
   * @param make makes the report, which costs much more than counting
   * @returns the report when it is to be sent now; undefined when the error has been counted.
   */
  take(kind: string, make: () => CrashReport): CrashReport | undefined {
    const known = this.#known.get(kind);
    if (known !== undefined) known.again += 1;
    else if (this.#known.size >= AT_ONCE) this.#others += 1;
    else {
      const report = make();
      this.#known.set(kind, { report, again: 0 });
      return report;
    }
    return undefined;
  }

  /** Ends an interval. @returns what came again, each with its number, and how many further ones were not reported */
  endInterval(): { readonly again: readonly CrashReport[]; readonly others: number } {
    const again = [...this.#known.values()]
      .filter((known) => known.again > 0)
      .map(({ report, again: repeated }) => repeatedReport(report, repeated));
    const others = this.#others;
    this.#known = new Map();
    this.#others = 0;
    return { again, others };
  }
}
