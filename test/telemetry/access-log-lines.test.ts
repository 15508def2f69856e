import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { AccessLog, type AccessLogOptions } from '../../src/telemetry/access-log.js';
import type { AccessRecord } from '../../src/telemetry/access-record.js';
import { LocalTime } from '../../src/telemetry/local-time.js';

type Difference = Partial<Omit<AccessRecord, 'request'>> & {
  readonly request?: Partial<AccessRecord['request']>;
};

function record({ request, ...rest }: Difference = {}): AccessRecord {
  return {
    id: 'a-1',
    user: undefined,
    address: '192.0.2.7',
    path: '/v2/',
    status: 200,
    sent: 2,
    startedAt: 100,
    upstreamMilliseconds: undefined,
    outcome: 'complete',
    connection: { tlsVersion: 'TLSv1.3' },
    ...rest,
    request: {
      method: 'GET',
      url: '/v2/',
      httpVersionMajor: 1,
      httpVersionMinor: 1,
      rawHeaders: [],
      received: 0,
      ...request,
    },
  };
}

function written(options: AccessLogOptions, ...records: readonly AccessRecord[]): string[] {
  const lines: string[] = [];
  const log = new AccessLog({ write: (line) => lines.push(line) }, options);
  for (const each of records) log.write(each, 100.5);
  for (const line of lines) assert.match(line, /^[^\n]+\n$/, 'one line each');
  return lines.map((line) => line.trimEnd());
}

/** Without the time, which is checked to be one. */
function timeless(line: string | undefined): string {
  const time = / \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]/;
  assert.match(line ?? '', time);
  return (line ?? '').replace(time, '');
}

test('a line in the combined form says what nginx says', () => {
  const [line] = written(
    { format: 'combined', pings: 1 },
    record({
      user: 'w\u00e9 "r',
      sent: 17,
      request: {
        url: '/v2/_catalog?n=5&key=s3cret',
        rawHeaders: [
          'User-Agent',
          'docker/27.0',
          'REFERER',
          'https://u:s3cret@ui.example/a?t=s3cret#s3cret',
          'referer',
          'b',
        ],
      },
    }),
  );
  assert.equal(
    timeless(line),
    '192.0.2.7 - w\\xC3\\xA9 \\x22r "GET /v2/_catalog?n=5&key=... HTTP/1.1" 200 17 "https://ui.example/a?..." "docker/27.0"',
  );
});

test('a line in the common form says what Apache says', () => {
  const lines = written(
    { format: 'common', pings: 1 },
    record({ user: 'w\u00e9 "\\', request: { url: '/\xe9"', rawHeaders: ['User-Agent', 'x'] } }),
    record({ sent: 0, request: { method: 'HEAD', httpVersionMinor: 0 } }),
  );
  assert.deepEqual(lines.map(timeless), [
    '192.0.2.7 - w\\xc3\\xa9 \\"\\\\ "GET /\\xe9\\" HTTP/1.1" 200 2',
    '192.0.2.7 - - "HEAD /v2/ HTTP/1.0" 200 -',
  ]);
});

test('exchanges without an answer have a status of three digits all the same', () => {
  const lines = written(
    { format: 'combined', pings: 1 },
    record({ status: 0, sent: 0, outcome: 'client gone' }),
    record({ status: 0, sent: 0, outcome: 'timed out' }),
    record({ status: 400, path: undefined, request: { url: 'http://u:s3cret@host/' } }),
  );
  assert.deepEqual(lines.map(timeless), [
    '192.0.2.7 - - "GET /v2/ HTTP/1.1" 499 0 "-" "-"',
    '192.0.2.7 - - "GET /v2/ HTTP/1.1" 000 0 "-" "-"',
    '192.0.2.7 - - "GET - HTTP/1.1" 400 2 "-" "-"',
  ]);
});

test('local time is written with its distance from Greenwich, in summer and in winter', () => {
  const time = `import('${new URL('../../src/telemetry/local-time.js', import.meta.url)}').then(({ LocalTime }) => {
    const time = new LocalTime();
    console.log([Date.UTC(2026, 0, 5, 3, 4, 5), Date.UTC(2026, 6, 5, 3, 4, 5)].map((at) => time.at(at)).join());
  })`;
  const inZone = (TZ: string): string =>
    execFileSync(process.execPath, ['-e', time], { env: { ...process.env, TZ }, encoding: 'utf8' }).trim();
  assert.equal(inZone('Europe/Berlin'), '05/Jan/2026:04:04:05 +0100,05/Jul/2026:05:04:05 +0200');
  assert.equal(inZone('America/St_Johns'), '04/Jan/2026:23:34:05 -0330,05/Jul/2026:00:34:05 -0230');
  const here = new LocalTime();
  assert.equal(here.at(1_000), here.at(1_999));
  assert.notEqual(here.at(1_000), here.at(2_000));
});

const ping = record({ path: '/_ping', request: { url: '/_ping' } });
const challenged = record({ status: 401, outcome: 'refused' });

test('one line stands for so many health checks that went well, the first one at once', () => {
  const checks = Array.from({ length: 7 }, (_, index) => (index % 2 === 0 ? ping : challenged));
  const lines = written({ format: 'json', pings: 3 }, ...checks);
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { sampled: number }).sampled),
    [3, 3, 3],
  );
  assert.deepEqual(written({ format: 'json', pings: 0 }, ...checks), []);
  const all = written({ format: 'json', pings: 1 }, ...checks);
  assert.equal(all.length, 7);
  assert.ok(!all.join().includes('sampled'));
});

const noChecks: readonly (readonly [what: string, record: AccessRecord])[] = [
  ['a ping that fails', record({ path: '/_ping', status: 502, outcome: 'upstream failed' })],
  ['a ping that nobody waits for', record({ path: '/_ping', status: 200, outcome: 'client gone' })],
  ['a ping with a body, which is refused', record({ path: '/_ping', status: 401, outcome: 'refused' })],
  ['a ping by another method', record({ path: '/_ping', request: { method: 'POST' } })],
  ['a wrong password', record({ ...challenged, request: { rawHeaders: ['authorization', 'Basic eDp5'] } })],
  ['a user', record({ user: 'alice' })],
  ['another path', record({ path: '/v2/_catalog' })],
  ['a target that is refused', record({ path: undefined, status: 400, outcome: 'refused' })],
  ['an upstream that asks for a password itself', record({ status: 401, outcome: 'complete' })],
  ['a door that does not open', record({ status: 503, outcome: 'failed' })],
];

for (const [what, other] of noChecks) {
  test(`every line is written about what is no health check that went well: ${what}`, () => {
    const lines = written({ format: 'json', pings: 0 }, other, other);
    assert.equal(lines.length, 2);
  });
}
