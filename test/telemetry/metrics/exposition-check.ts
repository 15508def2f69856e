import assert from 'node:assert/strict';

/** One line of numbers, taken apart. */
export interface CheckedSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

interface Group {
  readonly type: string;
  readonly help: string;
  readonly samples: CheckedSample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"\\}]|"(?:[^"\\\n]|\\[n"\\])*")*)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[n"\\])*)"$/;
const NUMBER = /^(?:NaN|[+-]Inf|[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)$/;
const PARTS = ['_bucket', '_sum', '_count'];

/**
 * Reads Prometheus' text format 0.0.4 as strictly as its description allows: help and type first and once, the numbers of a
 * metric together, no number twice, histograms complete and cumulative.
 *
 * @returns the numbers by the name of their metric
 */
export function checkExposition(text: string): Map<string, Group> {
  assert.ok(text.endsWith('\n'), 'the last line has an end');
  const groups = new Map<string, Group>();
  let help: [string, string] | undefined;
  let current: { name: string; group: Group } | undefined;
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('# HELP ')) {
      const [name = '', ...words] = line.slice(7).split(' ');
      assert.match(name, NAME);
      assert.ok(!groups.has(name), `${name} is described once`);
      help = [name, words.join(' ')];
    } else if (line.startsWith('# TYPE ')) {
      const [name = '', type = ''] = line.slice(7).split(' ');
      assert.equal(help?.[0], name, 'the type follows the help');
      assert.ok(['counter', 'gauge', 'histogram', 'summary'].includes(type), type);
      current = { name, group: { type, help: help?.[1] ?? '', samples: [] } };
      groups.set(name, current.group);
    } else {
      const sample = readSample(line);
      assert.ok(current !== undefined, 'a metric is described before its numbers');
      const { name, group } = current;
      const suffix = sample.name.slice(name.length);
      assert.ok(
        sample.name === name ||
          (group.type === 'histogram' && sample.name.startsWith(name) && PARTS.includes(suffix)),
        `${sample.name} stands among the numbers of ${name}`,
      );
      const key = `${sample.name} ${JSON.stringify([...sample.labels].sort())}`;
      assert.ok(!seen.has(key), `${key} is there twice`);
      seen.add(key);
      group.samples.push(sample);
    }
  }
  for (const [name, group] of groups) {
    if (group.type === 'histogram') checkHistogram(name, group.samples);
    if (group.type === 'counter')
      assert.ok(
        group.samples.every(({ value }) => value >= 0),
        `${name} is not negative`,
      );
  }
  return groups;
}

function readSample(line: string): CheckedSample {
  const match = SAMPLE.exec(line);
  assert.ok(match !== null, `this is a line of numbers: ${line}`);
  const [, name = '', written, value = ''] = match;
  assert.match(value, NUMBER, line);
  const labels = new Map<string, string>();
  for (const label of written === undefined || written === '' ? [] : splitLabels(written)) {
    const [, key = '', text = ''] = LABEL.exec(label) ?? [];
    assert.notEqual(key, '', `this is a label: ${label}`);
    assert.ok(!labels.has(key), `${key} is there twice`);
    labels.set(
      key,
      text.replace(/\\(.)/g, (_pair, letter: string) => (letter === 'n' ? '\n' : letter)),
    );
  }
  return { name, labels, value: value.endsWith('Inf') ? Number(`${value}inity`) : Number(value) };
}

function splitLabels(text: string): string[] {
  return text.match(/[^,"]+"(?:[^"\\]|\\.)*"/g) ?? [text];
}

function checkHistogram(name: string, samples: readonly CheckedSample[]): void {
  const series = new Map<string, CheckedSample[]>();
  for (const sample of samples) {
    const labels = JSON.stringify([...sample.labels].filter(([label]) => label !== 'le').sort());
    series.set(labels, [...(series.get(labels) ?? []), sample]);
  }
  for (const [labels, all] of series) {
    const of = (suffix: string): CheckedSample[] =>
      all.filter((sample) => sample.name === `${name}${suffix}`);
    const buckets = of('_bucket');
    const bounds = buckets.map((bucket) => bucket.labels.get('le') ?? 'none');
    assert.deepEqual(
      bounds.map(boundOf),
      bounds.map(boundOf).toSorted((one, other) => one - other),
      `${name} ${labels} has its bounds in order`,
    );
    assert.equal(bounds.at(-1), '+Inf', `${name} ${labels} ends with +Inf`);
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(
      counts,
      counts.toSorted((one, other) => one - other),
      `${name} ${labels} is cumulative`,
    );
    assert.equal(of('_count').length, 1);
    assert.equal(of('_sum').length, 1);
    assert.equal(of('_count')[0]?.value, counts.at(-1), `${name} ${labels} counts all`);
  }
}

function boundOf(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
}
