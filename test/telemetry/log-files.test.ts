import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { LogConfiguration } from '../../src/configuration/logs.js';
import { ConfigurationError } from '../../src/configuration/problem.js';
import type { AccessRecord } from '../../src/telemetry/access-record.js';
import { type OpenLogs, openLogs } from '../../src/telemetry/logger.js';
import { temporaryDirectory } from '../harness/directory.js';
import { until } from '../harness/until.js';

const RECORD: AccessRecord = {
  id: 'a-1',
  user: undefined,
  address: '192.0.2.7',
  request: {
    method: 'GET',
    url: '/v2/x',
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    rawHeaders: [],
    received: 0,
  },
  path: '/v2/x',
  status: 200,
  sent: 2,
  startedAt: 0,
  upstreamMilliseconds: undefined,
  outcome: 'complete',
  connection: { tlsVersion: 'TLSv1.3' },
};

function places(file: string | undefined, access?: string): LogConfiguration {
  return { file, access: { file: access, format: 'json', pings: 1 } };
}

function open(t: TestContext, level: 'info' | 'warn', log: LogConfiguration): OpenLogs {
  const logs = openLogs(level, log);
  t.after(() => logs.close());
  return logs;
}

/** The messages in a file. */
function messages(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  assert.ok(text === '' || text.endsWith('\n'), 'whole lines');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { msg: string }).msg);
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  return assert.fail('it was not refused');
}

test('lines go to their files, which nobody else may read', async (t) => {
  const directory = temporaryDirectory(t);
  const [file, access] = [join(directory, 'dockgate.log'), join(directory, 'access.log')];
  const logs = open(t, 'info', places(file, access));
  logs.logger.info('begun');
  logs.access?.write(RECORD, 1);
  await until(() => statSync(access).size > 0 && statSync(file).size > 0, 'the lines are written');
  assert.deepEqual([messages(file), messages(access)], [['begun'], ['request']]);
  for (const each of [file, access]) assert.equal(statSync(each).mode & 0o027, 0);
});

test('without a file of their own access lines go where the others go, in one order', async (t) => {
  const file = join(temporaryDirectory(t), 'dockgate.log');
  for (const access of [undefined, file]) {
    const logs = openLogs('info', places(file, access));
    logs.logger.info('before');
    logs.access?.write(RECORD, 1);
    logs.logger.info('after');
    await logs.close();
  }
  assert.deepEqual(messages(file), ['before', 'request', 'after', 'before', 'request', 'after']);
});

test('a level above info leaves out access lines, unless they have a file', async (t) => {
  const directory = temporaryDirectory(t);
  assert.equal(open(t, 'warn', places(join(directory, 'a'))).access, undefined);
  assert.ok(open(t, 'warn', places(join(directory, 'a'), join(directory, 'b'))).access !== undefined);
});

test('what was written before a file is opened anew is in the old one', async (t) => {
  const file = join(temporaryDirectory(t), 'dockgate.log');
  const logs = open(t, 'info', places(file));
  for (let round = 0; round < 3; round += 1) {
    for (let line = 0; line < 1_000; line += 1) logs.logger.info(`${round} ${line}`);
    renameSync(file, `${file}.${round}`);
    logs.logger.info(`${round} last`);
    assert.deepEqual(await logs.reopen(), []);
  }
  for (let round = 0; round < 3; round += 1) {
    const found = messages(`${file}.${round}`);
    assert.deepEqual([found.length, found[0], found.at(-1)], [1_001, `${round} 0`, `${round} last`]);
  }
  assert.deepEqual(messages(file), []);
});

test('a file that cannot be opened anew goes on under its other name, and says so', async (t) => {
  const directory = join(temporaryDirectory(t), 'logs');
  mkdirSync(directory);
  const [file, access] = [join(directory, 'dockgate.log'), join(directory, 'access.log')];
  const logs = open(t, 'info', places(file, access));
  const errors = t.mock.method(process.stderr, 'write', () => true);
  renameSync(directory, `${directory}.old`);
  const problems = await logs.reopen();
  const told = errors.mock.calls.map(({ arguments: [text] }) => String(text)).join('');
  errors.mock.restore();
  assert.deepEqual(
    problems.map(({ message }) => message),
    ['log.file', 'log.access.file'].map(
      (setting) => `${setting} lies in a directory that does not exist; make the directory first.`,
    ),
  );
  assert.match(told, /access\.log: log\.access\.file lies in/);
  logs.access?.write(RECORD, 1);
  await until(() => statSync(join(`${directory}.old`, 'access.log')).size > 0, 'the old file has the line');
  await until(() => messages(join(`${directory}.old`, 'dockgate.log')).length === 2, 'and the errors');
  mkdirSync(directory);
  assert.deepEqual(await logs.reopen(), []);
  assert.ok(existsSync(access));
});

test('files that cannot be opened at the start are told all at once, with their settings', (t) => {
  const directory = temporaryDirectory(t);
  const missing = join(directory, 'missing', 'log');
  assert.equal(
    refusal(() => openLogs('info', places(directory, missing))),
    `${directory}: log.file is a directory.\n${missing}: log.access.file lies in a directory that does not exist; make the directory first.`,
  );
});

test('another configuration is taken over without losing a line, and one that cannot be changes nothing', async (t) => {
  const directory = temporaryDirectory(t);
  const [first, second, access] = ['first', 'second', 'access'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  const logs = open(t, 'info', places(first, access));
  logs.logger.info('one');
  logs.access?.write(RECORD, 1);
  refusal(() => logs.apply('warn', places(second, directory)));
  logs.logger.info('two');
  logs.prepare('warn', places(join(directory, 'third'))).discard();
  logs.logger.info('three');
  logs.apply('warn', { ...places(second, access), access: { file: access, format: 'common', pings: 1 } });
  logs.logger.info('not at this level');
  logs.logger.warn('four');
  logs.access?.write(RECORD, 1);
  logs.apply('info', places(access));
  logs.logger.info('five');
  logs.access?.write(RECORD, 1);
  await logs.close();
  assert.deepEqual([messages(first), messages(second)], [['one', 'two', 'three'], ['four']]);
  const kinds = readFileSync(access, 'utf8')
    .split('\n')
    .map((line) => line.slice(0, 8));
  assert.deepEqual(kinds, ['{"level"', '192.0.2.', '{"level"', '{"level"', '']);
});

/** A process that logs as fast as it can until it is told to stop, and opens its file anew when it is told to. */
const WRITER = `
const [, module, file, name] = process.argv;
const { openLogs } = await import(module);
const logs = openLogs('info', { file, access: { file: undefined, format: 'json', pings: 1 } });
let count = 0;
const timer = setInterval(() => { for (let i = 0; i < 200; i += 1) logs.logger.info(name + ' ' + (count += 1) + ' ' + 'x'.repeat(count % 700)); }, 1);
process.on('message', async (message) => {
  if (message === 'reopen') { await logs.reopen(); process.send('reopened'); return; }
  clearInterval(timer);
  await logs.close();
  process.send(count, () => process.exit());
});
process.send('ready');
`;

function answer(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('message', resolve));
}

test('several processes append to one file that is rotated meanwhile, and every line arrives whole', async (t) => {
  const file = join(temporaryDirectory(t), 'dockgate.log');
  const module = new URL('../../src/telemetry/logger.js', import.meta.url).href;
  const children = ['a', 'b', 'c'].map((name) =>
    spawn(process.execPath, ['--input-type=module', '-e', WRITER, module, file, name], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
  );
  t.after(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  await Promise.all(children.map(answer));
  const rotated: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    await until(() => existsSync(file) && statSync(file).size > 200_000, 'much is written');
    rotated.push(`${file}.${round}`);
    renameSync(file, `${file}.${round}`);
    const reopened = Promise.all(children.map(answer));
    for (const child of children) child.send('reopen');
    await reopened;
  }
  const counts = Promise.all(children.map(answer));
  for (const child of children) child.send('stop');
  const expected = await counts;
  const seen = new Map<string, number>();
  for (const each of [...rotated, file]) {
    for (const message of messages(each)) {
      const [name = '', number] = message.split(' ');
      assert.equal(Number(number), (seen.get(name) ?? 0) + 1, `${name} has its lines in order`);
      seen.set(name, Number(number));
    }
  }
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => seen.get(name)),
    expected,
  );
});

test('a file that may not be written is named with its setting', {
  skip: process.getuid?.() === 0,
}, (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'log');
  writeFileSync(file, '');
  chmodSync(file, 0o400);
  assert.match(
    refusal(() => openLogs('info', places(file))),
    /log\.file may not be written by the user/,
  );
  rmSync(file);
});
