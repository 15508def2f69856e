import type { CrashReport } from './presentable.js';

/** Reports of one interval that are sent. */
const AT_ONCE = 10;

/** Keeps an error that comes with every request from being sent with every request. Its memory is bounded by its limit. */
export class ReportTally {
  #known = new Map<string, { readonly report: CrashReport; again: number }>();
  #others = 0;

  get isEmpty(): boolean {
    return this.#known.size === 0 && this.#others === 0;
  }

  /** @returns whether the report is to be sent now; others are counted. */
  isSentAtOnce(report: CrashReport): boolean {
    const key = kindOf(report);
    const known = this.#known.get(key);
    if (known !== undefined) known.again += 1;
    else if (this.#known.size < AT_ONCE) this.#known.set(key, { report, again: 0 });
    else this.#others += 1;
    return known === undefined && this.#known.get(key) !== undefined;
  }

  /** Ends an interval. @returns what came again, each with its number, and how many further ones were not sent */
  endInterval(): { readonly again: readonly CrashReport[]; readonly others: number } {
    const again = [...this.#known.values()]
      .filter((known) => known.again > 0)
      .map(({ report, again: repeated }) => ({ ...report, details: { ...report.details, repeated } }));
    const others = this.#others;
    this.#known = new Map();
    this.#others = 0;
    return { again, others };
  }
}

/** What is taken for the same error: the same name at the same place, whatever numbers its message has. */
function kindOf({ error: { name, message, stack = '' } }: CrashReport): string {
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return [name, message.replace(/[0-9a-f]*\d[0-9a-f]*/gi, '#').slice(0, 200), ...frames.slice(0, 3)].join(
    '\n',
  );
}
