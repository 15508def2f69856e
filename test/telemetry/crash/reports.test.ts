import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { ConfigurationError } from '../../../src/configuration/problem.js';
import { loaded } from '../../../src/telemetry/crash/destination.js';
import { openCrashReports } from '../../../src/telemetry/crash/opening.js';
import { temporaryDirectory } from '../../harness/directory.js';
import { until } from '../../harness/until.js';
import { SECRETS } from './secrets.js';
import { DETAILS, KEY, openSink } from './sink.js';

/** An error as the program has them, with a secret in every place. */
function carrier(text: string, secret: string): Error {
  const error = new Error(`cannot store: ${text}`, {
    cause: Object.assign(new RangeError(`because of ${text}`, { cause: text }), {
      headers: { cookie: text },
    }),
  });
  error.stack = `${error.stack}\n    at ${text.replaceAll('\n', ' ')} (/x.js:1:2)`;
  return Object.assign(error, { code: text, password: secret, [secret]: { deep: [secret] }, request: text });
}

test('no secret leaves, wherever in an error it stands', async (t) => {
  for (const secrets of [SECRETS.slice(0, 10), SECRETS.slice(10, 20), SECRETS.slice(20)]) {
    const { reports, bugsnag, sentry, recorder } = await openSink(t);
    for (const [what, text, secret] of secrets)
      reports.report(named(carrier(text, secret), what), { ...DETAILS, route: text });
    await reports.close();
    assert.deepEqual([bugsnag().length, sentry().length], [secrets.length, secrets.length]);
    for (const { headers, url, body } of recorder.requests)
      for (const [what, , secret] of secrets)
        assert.ok(!`${url} ${JSON.stringify(headers)} ${body}`.includes(secret), `${what}: ${body}`);
  }
});

test('a report tells what happened, where, in which version and to which request', async (t) => {
  const { reports, bugsnag, sentry } = await openSink(t);
  const error = Object.assign(new TypeError('cannot read', { cause: new Error('the disk is gone') }), {
    code: 'EIO',
  });
  reports.report(error, DETAILS);
  await until(() => bugsnag().length === 1 && sentry().length === 1, 'both reports arrive');
  const [toBugsnag] = bugsnag();
  const [toSentry] = sentry();
  assert.equal(toBugsnag?.headers['bugsnag-api-key'], KEY);
  assert.match(toSentry?.url ?? '', /sentry_key=publickey/);

  const { events } = JSON.parse(String(toBugsnag?.body));
  const [{ exceptions, app, metaData, severity, device }] = events;
  assert.deepEqual(
    exceptions.map((each: Record<string, unknown>) => [each['errorClass'], each['message']]),
    [
      ['TypeError', 'cannot read'],
      ['Error', 'the disk is gone'],
    ],
  );
  assert.ok(exceptions[0].stacktrace.length > 0 && exceptions[0].stacktrace[0].lineNumber > 0);
  assert.deepEqual([app.version, app.releaseStage, severity], ['1.2.3', 'staging', 'error']);
  assert.deepEqual(metaData.dockgate, { request: DETAILS.id, route: DETAILS.route, worker: 2, code: 'EIO' });
  assert.equal(device.hostname, 'dockgate');

  const [, , item = ''] = String(toSentry?.body).split('\n');
  const event = JSON.parse(item);
  assert.deepEqual(
    event.exception.values.map((each: Record<string, unknown>) => [each['type'], each['value']]),
    [
      ['Error', 'the disk is gone'],
      ['TypeError', 'cannot read'],
    ],
  );
  assert.ok(event.exception.values[1].stacktrace.frames.length > 0);
  assert.deepEqual([event.release, event.environment], ['dockgate@1.2.3', 'staging']);
  assert.deepEqual(event.contexts.dockgate, metaData.dockgate);
  assert.equal(event.tags.request, DETAILS.id);
});

test('nothing leaves that names the machine, its user, its environment or the command line', async (t) => {
  const { reports, recorder } = await openSink(t);
  process.env['DOCKGATE_TEST_VALUE'] = 'value-of-the-environment';
  t.after(() => delete process.env['DOCKGATE_TEST_VALUE']);
  reports.report(new Error('one'), DETAILS);
  await reports.close();
  const sent = inspect(
    recorder.requests.map(({ headers, url, body }) => [headers, url, String(body)]),
    {
      depth: 5,
      maxStringLength: null,
    },
  );
  for (const word of [
    'value-of-the-environment',
    process.argv[1] ?? '',
    hostname(),
    String(process.env['PATH']),
  ])
    assert.ok(word === '' || !sent.includes(word), word);
});

test('what listens to the process stays as it was', async (t) => {
  const listeners = (): unknown => process.eventNames().map((name) => [name, process.listenerCount(name)]);
  const before = listeners();
  const { log } = console;
  await openSink(t);
  assert.deepEqual(listeners(), before);
  assert.equal(console.log, log);
});

test('an error that comes again and again is sent once and summed up at the end', async (t) => {
  const { reports, bugsnag, sentry } = await openSink(t);
  for (let count = 0; count < 1_000; count += 1) reports.report(failure(count), DETAILS);
  await reports.close();
  assert.equal(bugsnag().length, 2);
  assert.equal(sentry().length, 2);
  const { events } = JSON.parse(String(bugsnag()[1]?.body));
  assert.equal(events[0].metaData.dockgate.repeated, 999);
});

test('not more than ten kinds of errors are sent at once, and the log tells how many were not', async (t) => {
  const { reports, bugsnag, log } = await openSink(t);
  for (const name of 'abcdefghijklmnop') reports.report(new Error(`kind ${name.repeat(3)}`));
  await reports.close();
  assert.equal(bugsnag().length, 10);
  assert.deepEqual(
    log.map(({ count }) => count),
    [6],
  );
});

test('whatever is thrown can be reported', async (t) => {
  const { reports, bugsnag, log } = await openSink(t);
  const circular: Record<string, unknown> = {};
  circular['cause'] = circular;
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('not to be looked at');
      },
    },
  );
  for (const thrown of [
    undefined,
    null,
    'a text',
    7,
    circular,
    hostile,
    new AggregateError([new Error('in it')]),
  ])
    reports.report(thrown);
  await reports.close();
  assert.equal(bugsnag().length, 7);
  assert.deepEqual(log, []);
  assert.ok(bugsnag().some(({ body }) => String(body).includes('in it')));
});

test('trouble with sending is logged when it begins and when it ends', async (t) => {
  let status = 500;
  const { reports, log, recorder } = await openSink(t, (request) =>
    request.url === '/notify' ? status : 200,
  );
  reports.report(new Error('one'));
  reports.report(new RangeError('two'));
  await until(() => log.length > 0 && recorder.requests.length === 4, 'the first trouble is logged');
  status = 200;
  reports.report(new TypeError('three'));
  await until(() => log.length > 1, 'its end is logged');
  assert.deepEqual(
    log.map(({ msg, reason }) => [msg, reason]),
    [
      ['crash reports do not reach Bugsnag', 'status 500'],
      ['crash reports reach Bugsnag again', undefined],
    ],
  );
});

test('a server that is away makes nobody wait longer than two seconds, and is no error', async (t) => {
  const { reports, recorder, log } = await openSink(t);
  await recorder.close();
  reports.report(new Error('one'));
  await reports.close();
  assert.deepEqual(
    log.map(({ reason }) => reason),
    ['ECONNREFUSED', 'ECONNREFUSED'],
  );
});

test('without anybody to tell there is nothing', async () => {
  assert.equal(await openCrashReports(undefined, { version: '1', logger: pino() }), undefined);
});

test('a package that is missing is told with the command that installs it', async () => {
  const name: string = '@dockgate/not-there';
  await assert.rejects(
    loaded('@bugsnag/js', 'crashReports.bugsnag', () => import(name)),
    (error) => error instanceof ConfigurationError && error.message.includes('npm install @bugsnag/js'),
  );
});

test('a file without a key is told by its name, and what it holds is not', async (t) => {
  const file = join(temporaryDirectory(t), 'key');
  writeFileSync(file, 'hunter2\n');
  const opened = (): Promise<unknown> =>
    openCrashReports(
      { bugsnag: { file }, bugsnagEndpoint: undefined, sentry: undefined, stage: 'a' },
      { version: '1', logger: pino() },
    );
  await assert.rejects(opened(), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /key: crashReports.bugsnag must be the API key of a project/);
    assert.doesNotMatch(error.message, /hunter2/);
    return true;
  });
  writeFileSync(file, '\n');
  await assert.rejects(opened(), /which is empty/);
});

/** Makes errors at one place different. */
function named(error: Error, name: string): Error {
  error.name = name.replace(/\W/g, '_');
  return error;
}

function failure(count: number): Error {
  return new Error(`request ${count} failed`);
}
