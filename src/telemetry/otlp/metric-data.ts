/** Numbers of one name, as prom-client gives them in JSON. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly MetricSample[];
}

export interface MetricSample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  /** Of a histogram or a summary: which of its numbers this is, such as `NAME_bucket`. */
  readonly metricName?: string | undefined;
}

/** Between which times something was counted, in nanoseconds since 1970. */
export interface MetricTimes {
  readonly start: string;
  readonly now: string;
}

/** Since the start, as opposed to since the last delivery. */
const CUMULATIVE = 2;

type Json = Readonly<Record<string, unknown>>;

/** The metrics as OTLP has them, under the same names. Kinds that are not known are left out. */
export function otlpMetrics(families: readonly MetricFamily[], times: MetricTimes): Json[] {
  return families.flatMap((family) => {
    const data = dataOf(family, times);
    return data === undefined
      ? []
      : [{ name: family.name, description: family.help, unit: unitOf(family.name), ...data }];
  });
}

function dataOf({ name, type, values }: MetricFamily, times: MetricTimes): Json | undefined {
  switch (type) {
    case 'counter':
      return {
        sum: {
          aggregationTemporality: CUMULATIVE,
          isMonotonic: true,
          dataPoints: values.map((sample) => numberPoint(sample, times)),
        },
      };
    case 'gauge':
      return { gauge: { dataPoints: values.map((sample) => numberPoint(sample, times)) } };
    case 'histogram':
      return {
        histogram: {
          aggregationTemporality: CUMULATIVE,
          dataPoints: series(values, 'le').map((one) => histogramPoint(name, one, times)),
        },
      };
    case 'summary':
      return {
        summary: { dataPoints: series(values, 'quantile').map((one) => summaryPoint(name, one, times)) },
      };
    default:
      return undefined;
  }
}

function numberPoint({ labels, value }: MetricSample, times: MetricTimes): Json {
  return { attributes: attributesOf(labels), ...span(times), asDouble: double(value) };
}

function histogramPoint(name: string, samples: readonly MetricSample[], times: MetricTimes): Json {
  const buckets = samples
    .filter(({ labels }) => labels['le'] !== undefined)
    .map(({ labels, value }) => ({ bound: boundOf(labels['le']), value }))
    .sort((one, other) => one.bound - other.bound);
  const bounds = buckets.map(({ bound }) => bound).filter(Number.isFinite);
  const count = sampleOf(samples, `${name}_count`);
  // Each counts what is not in the one before; the last one has no bound.
  const upTo = [...buckets.filter(({ bound }) => Number.isFinite(bound)).map(({ value }) => value), count];
  return {
    attributes: attributesOf(samples[0]?.labels ?? {}, 'le'),
    ...span(times),
    count: String(count),
    sum: double(sampleOf(samples, `${name}_sum`)),
    bucketCounts: upTo.map((value, index) => String(Math.max(0, value - (upTo[index - 1] ?? 0)))),
    explicitBounds: bounds,
  };
}

function summaryPoint(name: string, samples: readonly MetricSample[], times: MetricTimes): Json {
  return {
    attributes: attributesOf(samples[0]?.labels ?? {}, 'quantile'),
    ...span(times),
    count: String(sampleOf(samples, `${name}_count`)),
    sum: double(sampleOf(samples, `${name}_sum`)),
    quantileValues: samples
      .filter(({ labels }) => labels['quantile'] !== undefined)
      .map(({ labels, value }) => ({ quantile: Number(labels['quantile']), value: double(value) })),
  };
}

/** Samples that have all labels but one in common. */
function series(samples: readonly MetricSample[], but: string): MetricSample[][] {
  const found = new Map<string, MetricSample[]>();
  for (const sample of samples) {
    const key = JSON.stringify(
      Object.entries(sample.labels)
        .filter(([label]) => label !== but)
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    );
    const others = found.get(key);
    if (others === undefined) found.set(key, [sample]);
    else others.push(sample);
  }
  return [...found.values()];
}

function sampleOf(samples: readonly MetricSample[], name: string): number {
  return samples.find(({ metricName }) => metricName === name)?.value ?? 0;
}

function boundOf(le: string | number | undefined): number {
  return le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
}

function span({ start, now }: MetricTimes): Json {
  return { startTimeUnixNano: start, timeUnixNano: now };
}

/** JSON of protobuf has texts for what is no number in JSON. */
function double(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function attributesOf(labels: MetricSample['labels'], but?: string): Json[] {
  return Object.entries(labels)
    .filter(([label, value]) => label !== but && value !== undefined)
    .map(([key, value]) => ({ key, value: { stringValue: String(value) } }));
}

/** The unit that the name ends in (UCUM). */
function unitOf(name: string): string {
  const base = name.replace(/_total$/, '');
  if (base.endsWith('_seconds')) return 's';
  return base.endsWith('_bytes') ? 'By' : '';
}
