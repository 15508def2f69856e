import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { FAMILIES, type Family } from '../../../src/telemetry/metrics/families.js';
import { Metrics } from '../../../src/telemetry/metrics/metrics.js';

const root = process.cwd();

/** Labels of each metric, by the names that stand in front of numbers. `undefined`: whatever Node programs have. */
async function known(): Promise<ReadonlyMap<string, ReadonlySet<string> | undefined>> {
  const names = new Map<string, ReadonlySet<string> | undefined>();
  for (const [name, { type, labels }] of Object.entries(FAMILIES) as [string, Family][]) {
    if (type !== 'histogram') names.set(name, new Set(labels));
    else
      for (const part of ['bucket', 'sum', 'count']) names.set(`${name}_${part}`, new Set([...labels, 'le']));
  }
  for (const { name, values } of await new Metrics({ version: '1' }).snapshot()) {
    if (names.has(name) || name in FAMILIES) continue;
    for (const { metricName = name } of values) names.set(metricName, undefined);
  }
  return names;
}

/** Added by whoever scrapes. */
const SCRAPED = new Set(['job', 'instance']);

/** Every metric of an expression with the labels that it is asked for. */
function asked(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/\b((?:dockgate|nodejs|process)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', matchers = '']) => ({
      name,
      labels: [...matchers.matchAll(/([a-z_]+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label),
    }),
  );
}

async function checkExpressions(expressions: readonly string[]): Promise<void> {
  const names = await known();
  for (const expression of expressions) {
    const metrics = asked(expression);
    assert.ok(metrics.length > 0 || expression.startsWith('up{'), expression);
    const all = new Set(SCRAPED);
    for (const { name, labels } of metrics) {
      assert.ok(
        names.has(name) || name.startsWith('nodejs_gc_duration_seconds_'),
        `${name} is a metric: ${expression}`,
      );
      const own = names.get(name);
      for (const label of own ?? ['kind']) all.add(label);
      for (const label of labels)
        assert.ok(SCRAPED.has(label) || own?.has(label) === true, `${name} has ${label}`);
    }
    for (const [, by = ''] of expression.matchAll(/\b(?:by|ignoring|on) \(([^)]*)\)/g))
      for (const label of by.split(', ')) assert.ok(all.has(label), `${label} is a label: ${expression}`);
  }
}

/** How a dashboard names the data source that was chosen. */
const VARIABLE = /^\$\{datasource\}$/;

interface Dashboard {
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[];
  };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly datasource?: { readonly uid: string };
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  }[];
}

test('the dashboard asks for metrics and labels that there are, and for whichever data source is chosen', async () => {
  const text = readFileSync(join(root, 'deploy/grafana-dashboard.json'), 'utf8');
  const { panels, templating, annotations } = JSON.parse(text) as Dashboard;
  const shown = panels.filter(({ type }) => type !== 'row');
  for (const { datasource, targets = [] } of shown) {
    assert.match(datasource?.uid ?? '', VARIABLE);
    assert.ok(targets.length > 0);
    for (const target of targets) assert.match(target.datasource.uid, VARIABLE);
  }
  assert.equal(templating.list.find(({ name }) => name === 'datasource')?.type, 'datasource');
  const expressions = shown.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  await checkExpressions([...expressions, ...annotations.list.map(({ expr }) => expr)]);
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, 'each panel has a number of its own');
  const places = new Set<string>();
  for (const { gridPos } of panels) {
    assert.ok(gridPos.x + gridPos.w <= 24);
    for (let x = 0; x < gridPos.w; x += 1)
      for (let y = 0; y < gridPos.h; y += 1) {
        const place = `${gridPos.x + x} ${gridPos.y + y}`;
        assert.ok(!places.has(place), 'no panel covers another one');
        places.add(place);
      }
  }
});

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}

test('the alerts ask for metrics and labels that there are, and say what to do', async () => {
  const { groups } = parse(readFileSync(join(root, 'deploy/prometheus-rules.yaml'), 'utf8')) as Rules;
  const rules = groups.flatMap((group) => group.rules);
  await checkExpressions(rules.map(({ expr }) => expr));
  for (const { alert, labels, annotations } of rules) {
    assert.match(alert, /^Dockgate[A-Z]/);
    assert.ok(['warning', 'critical'].includes(labels['severity'] ?? ''));
    assert.ok(annotations['summary'] !== undefined && annotations['description'] !== undefined);
  }
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
});

test('the documentation names every metric, with its labels and what it means', () => {
  const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
  for (const [name, { type, labels, help }] of Object.entries(FAMILIES) as [string, Family][]) {
    const shown = labels.length === 0 ? '' : `{${labels.join(',')}}`;
    assert.ok(
      page.includes(`| \`${name}${shown}\` | ${type} | ${help} |`),
      `${name} stands in docs/metrics.md`,
    );
  }
});
