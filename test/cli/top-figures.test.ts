import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age, bytes, rate, waiting } from '../../src/cli/top/amounts.js';
import { readExposition, samplesOf } from '../../src/cli/top/exposition.js';
import { figuresOf } from '../../src/cli/top/figures.js';
import { frameOf } from '../../src/cli/top/frame.js';
import { quantileOf } from '../../src/cli/top/quantile.js';
import { Interval, type Reading } from '../../src/cli/top/reading.js';
import { paint } from '../../src/cli/top/style.js';
import type { Order } from '../../src/cli/top/transfers.js';
import type { RunningExchange, ServerStatus } from '../../src/monitor/status.js';
import { Metrics } from '../../src/telemetry/metrics/metrics.js';
import { exchange } from '../telemetry/metrics/exchanges.js';

const TRANSFER: RunningExchange = {
  ...{ id: 'a', user: 'vinod1', client: '10.0.0.1', method: 'PUT', target: '/v2/a/blobs/uploads/x' },
  ...{ status: 0, received: 1000, sent: 0, seconds: 61 },
};

function status(exchanges: readonly RunningExchange[]): ServerStatus {
  return {
    ...{ version: '1.2.3', pid: 1, startedAt: 0, generation: 4, stopping: false, exchanges },
    workers: [{ pid: 7, number: 0, state: 'running', since: Date.now(), exchanges: 1 }],
  };
}

async function reading(
  at: number,
  metrics: Metrics,
  exchanges: readonly RunningExchange[],
): Promise<Reading> {
  return { at, samples: readExposition(await metrics.text()), status: status(exchanges) };
}

/** Two seconds in which 30 requests were over, and transfers went on. */
async function interval(hostile = ''): Promise<Interval> {
  const metrics = new Metrics({ version: '1.2.3', process: false });
  metrics.requests.left(exchange('/', { sent: 5 }), 1);
  const before = await reading(1_000, metrics, [TRANSFER]);
  for (let index = 0; index < 20; index += 1)
    metrics.requests.left(exchange('/v2/a/manifests/b', { sent: 100 }), index < 19 ? 4 : 900);
  for (let index = 0; index < 10; index += 1)
    metrics.requests.left(exchange('/v2/a/blobs/c', { status: index < 8 ? 404 : 502, received: 10 }), 20);
  const after = await reading(3_000, metrics, [
    { ...TRANSFER, received: 5_000_000, user: `${TRANSFER.user}${hostile}` },
    {
      ...TRANSFER,
      id: 'b',
      user: undefined,
      received: 0,
      sent: 8_000_000,
      target: `/v2/${hostile}`,
      worker: 7,
    },
    { ...TRANSFER, id: 'c', received: 2_000, seconds: 500 },
  ]);
  return new Interval(before, after);
}

test('rates, errors and times come from what has changed between two looks', async () => {
  const figures = figuresOf(await interval());
  assert.equal(figures.seconds, 2);
  assert.equal(figures.perSecond, 15);
  assert.deepEqual(figures.classes, { '2xx': 10, '3xx': 0, '4xx': 4, '5xx': 1, none: 0 });
  assert.equal(figures.sentPerSecond, 1000);
  assert.equal(figures.receivedPerSecond, 50);
  assert.deepEqual(
    figures.routes.map(({ route, perSecond }) => [route, perSecond]),
    [
      ['manifest', 10],
      ['blob', 5],
      ['root', 0],
    ],
  );
  const { p50, p99 } = figures.routes[0]?.latency ?? {};
  assert.ok(p50 !== undefined && p50 > 0.0025 && p50 <= 0.005, `${p50} is in the bucket of 4 ms`);
  assert.ok(p99 !== undefined && p99 > 0.5 && p99 <= 1, `${p99} is in the bucket of 900 ms`);
  assert.equal(figures.routes[2]?.latency.p50, undefined);
  assert.deepEqual(
    figures.users.map(({ user, transfers, bytes: moved }) => [user, transfers, moved]),
    [
      [undefined, 1, 8_000_000],
      ['vinod1', 2, 5_002_000],
    ],
  );
  assert.deepEqual(
    figures.transfers.map(({ receivedPerSecond, sentPerSecond }) => [receivedPerSecond, sentPerSecond]),
    [
      [2_499_500, 0],
      [0, 4_000_000],
      [1_000, 0],
    ],
  );
});

test('a counter that began anew has grown from zero', () => {
  const at = (moment: number, value: number): Reading => ({
    ...{ at: moment, status: undefined, samples: readExposition(`a_total ${value}\n`) },
  });
  assert.equal(new Interval(at(0, 100), at(1000, 30)).rate('a_total'), 30);
  assert.equal(new Interval(at(0, 100), at(1000, 130)).rate('a_total'), 30);
  assert.equal(new Interval(at(0, 100), at(1000, 130)).rate('b_total'), 0);
});

test('shares of a histogram are spread evenly within a bucket', () => {
  const buckets = [
    { bound: 1, count: 0 },
    { bound: 2, count: 10 },
    { bound: Number.POSITIVE_INFINITY, count: 20 },
  ];
  assert.equal(quantileOf(buckets, 0.25), 1.5);
  assert.equal(quantileOf(buckets, 0.99), 2, 'what is above all bounds counts as the last');
  assert.equal(quantileOf([], 0.5), undefined);
});

test('the text format is read with its escapes, and what is none of it is left out', () => {
  const samples = readExposition(
    '# TYPE a counter\na{b="x\\"},{\\n\\\\",c=""} 1.5e3\na 2 1700000000000\nrubbish\n<html>\nb +Inf\n',
  );
  assert.deepEqual(
    samplesOf(samples, 'a').map(({ labels, value }) => [{ ...labels }, value]),
    [
      [{ b: 'x"},{\n\\', c: '' }, 1500],
      [{}, 2],
    ],
  );
  assert.equal(samplesOf(samples, 'b')[0]?.value, Number.POSITIVE_INFINITY);
  assert.equal(samples.size, 2);
});

test('nothing that came from the network reaches the terminal as it is, and every line fits', async () => {
  const hostile = '\u001b[2J\u009b1m\u202e\r\n\u0007';
  const figures = figuresOf(await interval(hostile));
  for (const [rows, columns] of [
    [40, 200],
    [24, 80],
    [6, 30],
    [1, 1],
  ] as const) {
    const lines = frameOf(figures, { rows, order: 'rate', trouble: hostile });
    assert.ok(lines.length <= rows);
    for (const line of lines) {
      const plain = paint(line, columns, false);
      assert.ok(plain.length <= columns);
      assert.doesNotMatch(plain, /[\u0000-\u001f\u007f-\u009f\u202e]/);
    }
  }
});

test('transfers are shown in the order that was chosen', async () => {
  const figures = figuresOf(await interval());
  const shown = (order: Order): string =>
    frameOf(figures, { rows: 40, order, trouble: undefined })
      .map((line) => paint(line, 200, false))
      .filter((line) => line.includes('PUT /'))
      .map((line) => line.slice(18, 26).trim())
      .join(', ');
  assert.equal(shown('rate'), '8.0 MB, 5.0 MB, 2.0 kB');
  assert.equal(shown('user'), '8.0 MB, 5.0 MB, 2.0 kB', 'strangers first');
  assert.equal(shown('bytes'), '8.0 MB, 5.0 MB, 2.0 kB');
  assert.equal(shown('time'), '2.0 kB, 5.0 MB, 8.0 MB');
});

test('amounts are short and have a unit', () => {
  assert.deepEqual([0, 999, 1000, 12_345, 999_499_999, 1e18].map(bytes), [
    '0 B',
    '999 B',
    '1.0 kB',
    '12.3 kB',
    '999 MB',
    '1000 PB',
  ]);
  assert.deepEqual([0, 0.1234, 1.25, 250, 12_345].map(rate), ['0', '0.12', '1.3', '250', '12.3k']);
  assert.deepEqual([undefined, 0.0021, 0.9996, 75].map(waiting), ['-', '2.1 ms', '1.0 s', '75.0 s']);
  assert.deepEqual([0.5, 61, 3_661, 90_000].map(age), ['0s', '1m01s', '1h01m', '1d01h']);
});
