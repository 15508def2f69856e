import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { AuditLog, type AuditLogOptions } from '../../src/telemetry/audit.js';
import { makeLogs } from '../../src/telemetry/logger.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { until } from '../harness/until.js';

type Line = Record<string, unknown>;

interface Opened {
  readonly path: string;
  readonly audit: AuditLog;
  /** What the program's own log got. */
  readonly logged: string[];
  lines(): Line[];
}

async function open(t: TestContext, options: AuditLogOptions = {}): Promise<Opened> {
  const path = join(temporaryDirectory(t), 'audit.log');
  const logged: string[] = [];
  const { logger } = makeLogs('info', { write: (line) => logged.push(line) });
  const audit = await AuditLog.open(path, logger, options);
  afterwards(t, () => audit.close());
  return { path, audit, logged, lines: () => linesOf(path) };
}

function linesOf(path: string): Line[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  assert.equal(lines.pop(), '', 'the last line is whole');
  return lines.map((line) => JSON.parse(line) as Line);
}

const alice = { user: 'alice', address: '192.0.2.1', way: 'password', id: 'x-1' };
const names = (lines: Line[]): unknown[] => lines.map(({ event }) => event);

test('it begins with the start and ends with the stop', async (t) => {
  const { audit, lines } = await open(t);
  await audit.close();
  assert.deepEqual(names(lines()), ['started', 'stopped']);
  assert.ok(lines().every(({ time }) => new Date(String(time)).toISOString() === time));
});

test('a right password is told once an hour for each user and address, a token as a token', async (t) => {
  const { audit, lines } = await open(t);
  for (let count = 0; count < 1000; count += 1) {
    audit.login({ ...alice, outcome: 'good' });
    audit.login({ ...alice, address: '192.0.2.2', outcome: 'good' });
    audit.login({ ...alice, user: 'robot:ci', way: 'robot', outcome: 'good' });
    audit.login({ ...alice, way: 'certificate', outcome: 'good' });
    audit.login({ ...alice, user: undefined, way: 'bearer', outcome: 'good' });
  }
  await audit.close();
  assert.deepEqual(
    lines()
      .slice(1, -1)
      .map(({ event, user, address, way }) => [event, user, address, way]),
    [
      ['login', 'alice', '192.0.2.1', 'password'],
      ['login', 'alice', '192.0.2.2', 'password'],
      ['token used', 'robot:ci', '192.0.2.1', 'robot'],
      ['login', 'alice', '192.0.2.1', 'certificate'],
    ],
  );
});

test('a right password after wrong ones is told again', async (t) => {
  const { audit, lines } = await open(t);
  audit.login({ ...alice, outcome: 'good' });
  audit.login({ ...alice, outcome: 'bad' });
  audit.login({ ...alice, outcome: 'good' });
  audit.login({ ...alice, outcome: 'good' });
  await audit.close();
  assert.deepEqual(
    lines()
      .slice(1, -1)
      .map(({ outcome }) => outcome),
    ['good', 'bad', 'good'],
  );
});

test('a flood of a million attempts makes thousands of lines that add up to it', async (t) => {
  const { audit, lines } = await open(t);
  const attempts = 1_000_000;
  const outcomes = ['bad', 'throttled', 'overloaded'] as const;
  for (let count = 0; count < attempts; count += 1) {
    const user = count % 2 === 0 ? 'admin' : `user-${count}`;
    const address = `10.${count % 7}.${count % 251}.${count % 241}`;
    audit.login({ user, address, way: 'password', id: `x-${count}`, outcome: outcomes[count % 3] ?? 'bad' });
  }
  audit.login({ ...alice, outcome: 'good' });
  await audit.close();
  const logins = lines().filter(({ event }) => event === 'login');
  assert.ok(logins.length < 5_000, `${logins.length}`);
  const sum = logins
    .filter(({ outcome }) => outcome !== 'good')
    .reduce((total, { count }) => total + (typeof count === 'number' ? count : 1), 0);
  assert.equal(sum, attempts);
  assert.ok(
    logins.some(({ outcome, user }) => outcome === 'good' && user === 'alice'),
    'a right password is not lost in the flood',
  );
});

test('a flood of denials and tokens is summed up, pushes and deletes never are', async (t) => {
  const { audit, lines } = await open(t, { interval: 30 });
  const request = { ...alice, method: 'PUT', path: '/v2/a/manifests/v1', action: 'push', repository: 'a' };
  for (let count = 0; count < 5_000; count += 1) {
    audit.request({ ...request, status: 403 });
    audit.token(alice);
    audit.request({ ...request, status: 201 });
    audit.request({ ...request, method: 'DELETE', action: 'delete', status: 202 });
  }
  const sum = (name: string): number =>
    lines()
      .filter(({ event }) => event === name)
      .reduce((total, { count }) => total + (typeof count === 'number' ? count : 1), 0);
  await until(() => sum('denied') === 5_000 && sum('token issued') === 5_000, 'the sums are written');
  const count = (name: string): number => lines().filter(({ event }) => event === name).length;
  assert.deepEqual([count('push'), count('delete')], [5_000, 5_000]);
  assert.ok(count('denied') < 100 && count('token issued') < 100);
});

test('a change is told with its particulars', async (t) => {
  const { audit, lines } = await open(t);
  audit.change({ event: 'users changed', detail: { added: ['bob\u202e'], removed: undefined } });
  audit.change({ event: 'rules changed', outcome: 'refused', detail: { problem: 'x.yaml:3: no' } });
  await audit.close();
  const [, users, rules] = lines();
  assert.deepEqual([users?.['outcome'], users?.['detail']], ['done', { added: ['bob\u202e'] }]);
  assert.equal(rules?.['outcome'], 'refused');
});

test('after a rotation it goes on in a new file', async (t) => {
  const { audit, path, lines } = await open(t);
  await until(() => lines().length === 1, 'the start is written');
  renameSync(path, `${path}.1`);
  await audit.reopen();
  audit.change({ event: 'keys rotated' });
  await audit.close();
  assert.deepEqual(names(linesOf(`${path}.1`)), ['started']);
  assert.deepEqual(names(lines()), ['keys rotated', 'stopped']);
});

test('a log that somebody deletes begins anew, and says so in both logs', async (t) => {
  const { audit, path, lines, logged } = await open(t, { interval: 20 });
  await until(() => lines().length === 1, 'the start is written');
  unlinkSync(path);
  await until(() => existsSync(path) && names(lines()).includes('lines lost'), 'it is noticed');
  assert.ok(logged.some((line) => line.includes('the audit log was deleted')));
  audit.change({ event: 'keys rotated' });
  await audit.close();
  assert.deepEqual(names(lines()), ['lines lost', 'keys rotated', 'stopped']);
});
