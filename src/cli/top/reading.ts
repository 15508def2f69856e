import type { ServerStatus } from '../../monitor/status.js';
import { readExposition, type Sample, type Samples, samplesOf } from './exposition.js';
import { type Bucket, quantileOf } from './quantile.js';

/** What a server said at one moment. */
export interface Reading {
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
  readonly samples: Samples;
  /** undefined: the server can only be asked for its metrics. */
  readonly status: ServerStatus | undefined;
}

/** Where readings come from. */
export interface ReadingSource {
  metrics(): Promise<string>;
  status?(): Promise<ServerStatus>;
}

/** Asks for everything at once. */
export async function takeReading(source: ReadingSource): Promise<Reading> {
  const [text, status] = await Promise.all([source.metrics(), source.status?.()]);
  return { at: performance.now(), samples: readExposition(text), status };
}

type Wanted = (labels: Sample['labels']) => boolean;
const ALL: Wanted = () => true;

/** What happened between two readings. */
export class Interval {
  readonly before: Reading;
  readonly after: Reading;
  readonly seconds: number;

  constructor(before: Reading, after: Reading) {
    this.before = before;
    this.after = after;
    this.seconds = Math.max(0.001, (after.at - before.at) / 1000);
  }

  /** How much a counter has grown a second. A counter that began anew has grown from zero. */
  rate(name: string, wanted: Wanted = ALL): number {
    return this.#growth(name, wanted) / this.seconds;
  }

  /** The sum of a gauge at the end; undefined when there is none. */
  now(name: string, wanted: Wanted = ALL): number | undefined {
    const values = samplesOf(this.after.samples, name).filter(({ labels }) => wanted(labels));
    return values.length === 0 ? undefined : values.reduce((sum, { value }) => sum + value, 0);
  }

  /** Every value that a label has at the end. */
  values(name: string, label: string): string[] {
    const values = samplesOf(this.after.samples, name).map(({ labels }) => labels[label] ?? '');
    return [...new Set(values)];
  }

  /** Seconds within which this share of what was observed meanwhile lies; undefined when there was nothing. */
  quantile(name: string, share: number, wanted: Wanted = ALL): number | undefined {
    const bucket = `${name}_bucket`;
    const bounds = this.values(bucket, 'le').map((le) => ({
      le,
      bound: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
    }));
    const buckets: Bucket[] = bounds.map(({ le, bound }) => ({
      bound,
      count: this.#growth(bucket, (labels) => labels['le'] === le && wanted(labels)),
    }));
    return quantileOf(buckets, share);
  }

  #growth(name: string, wanted: Wanted): number {
    const sum = (samples: Samples): number =>
      samplesOf(samples, name).reduce(
        (total, { labels, value }) => (wanted(labels) ? total + value : total),
        0,
      );
    const [before, after] = [sum(this.before.samples), sum(this.after.samples)];
    return after < before ? after : after - before;
  }
}
