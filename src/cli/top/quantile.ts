/** How many of what was observed are not above a bound. */
export interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/**
 * The value below which a share of what was observed lies, taken to be spread evenly within a bucket, as Prometheus'
 * `histogram_quantile` takes it. What lies above the last bound counts as that bound.
 *
 * @param share from 0 to 1
 * @returns undefined when nothing was observed
 */
export function quantileOf(buckets: readonly Bucket[], share: number): number | undefined {
  const sorted = buckets.toSorted((one, other) => one.bound - other.bound);
  const total = sorted.at(-1)?.count ?? 0;
  if (total === 0) return undefined;
  const rank = share * total;
  let below: Bucket = { bound: 0, count: 0 };
  for (const bucket of sorted) {
    if (bucket.count >= rank && bucket.count > below.count) {
      if (!Number.isFinite(bucket.bound)) return below.bound;
      return (
        below.bound + (bucket.bound - below.bound) * ((rank - below.count) / (bucket.count - below.count))
      );
    }
    below = bucket;
  }
  return below.bound;
}
