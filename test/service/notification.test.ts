import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openNotification } from '../../src/service/notification.js';
import { requireProgram } from '../harness/program.js';
import { until } from '../harness/until.js';
import { openDatagramReceiver } from './datagram-receiver.js';

const PROGRAM = requireProgram('systemd-notify', 'systemd');
const { PATH } = process.env;

const complaints = (): { list: string[]; complain: (sentence: string) => void } => {
  const list: string[] = [];
  return { list, complain: (sentence) => list.push(sentence) };
};

test('Without a socket of systemd there is nobody to notify.', () => {
  const environment = { WATCHDOG_USEC: '1000' };
  assert.equal(openNotification(environment, assert.fail), undefined);
  assert.deepEqual(environment, {});
});

test('The variables of systemd are taken out of what children inherit, and nothing else is.', () => {
  const environment = { NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '1', WATCHDOG_PID: '1', HOME: '/root' };
  assert.ok(openNotification(environment, assert.fail) !== undefined);
  assert.deepEqual(environment, { HOME: '/root' });
});

test('systemd hears of the start, a reload and the end, in their order.', PROGRAM, async (t) => {
  const receiver = await openDatagramReceiver(t);
  const notification = openNotification({ NOTIFY_SOCKET: receiver.path, PATH }, assert.fail, 4711);
  assert.ok(notification);
  const before = process.hrtime.bigint() / 1000n;
  notification.ready('listening on :8443\nREADY=0');
  notification.reloading();
  notification.ready('listening on :8444');
  notification.stopping('finishing 3 transfers');
  await notification.settled();
  // The receiver is another process, which may still be printing.
  await receiver.received(4);
  const [ready, reloading = [], again, stopping, ...rest] = receiver.messages;
  assert.deepEqual(ready, ['READY=1', 'STATUS=listening on :8443 READY=0', 'MAINPID=4711']);
  const [first, clock = ''] = reloading;
  assert.equal(first, 'RELOADING=1');
  const microseconds = BigInt(clock.replace('MONOTONIC_USEC=', ''));
  assert.ok(microseconds >= before && microseconds <= process.hrtime.bigint() / 1000n, clock);
  assert.equal(again?.[1], 'STATUS=listening on :8444');
  assert.deepEqual(stopping, ['STOPPING=1', 'STATUS=finishing 3 transfers']);
  assert.deepEqual(rest, []);
});

test('A status that still waits gives way to a newer one.', PROGRAM, async (t) => {
  const receiver = await openDatagramReceiver(t);
  const notification = openNotification({ NOTIFY_SOCKET: receiver.path, PATH }, assert.fail);
  for (let count = 0; count < 1000; count += 1) notification?.status(`${count} transfers`);
  await notification?.settled();
  await receiver.received(2);
  assert.deepEqual(receiver.messages, [['STATUS=0 transfers'], ['STATUS=999 transfers']]);
});

test(
  'The watchdog is pinged as long as the process is well, and not after its end began.',
  PROGRAM,
  async (t) => {
    const receiver = await openDatagramReceiver(t);
    const environment = {
      ...{ NOTIFY_SOCKET: receiver.path, PATH },
      ...{ WATCHDOG_USEC: '20000', WATCHDOG_PID: String(process.pid) },
    };
    const notification = openNotification(environment, assert.fail);
    assert.ok(notification);
    let isHealthy = true;
    let questions = 0;
    notification.watch(() => {
      questions += 1;
      return isHealthy;
    });
    await receiver.received(3);
    isHealthy = false;
    await notification.settled();
    const asked = questions;
    await until(() => questions > asked + 3, 'the watchdog goes on asking');
    notification.status('ill');
    const isLast = (): boolean => receiver.messages.at(-1)?.[0] === 'STATUS=ill';
    await until(isLast, 'the status comes last, since no ping follows');
    isHealthy = true;
    const ill = receiver.messages.length;
    await receiver.received(ill + 1);
    notification.stopping();
    await until(() => receiver.messages.at(-1)?.[0] === 'STOPPING=1', 'the end is told');
    const stopped = questions;
    notification.status('last');
    await until(() => receiver.messages.at(-1)?.[0] === 'STATUS=last', 'the last message comes');
    assert.equal(questions, stopped);
    await notification.settled();
  },
);

test('A watchdog that is meant for another process, or makes no sense, is not pinged.', () => {
  for (const watchdog of [
    { WATCHDOG_USEC: '20000', WATCHDOG_PID: String(process.pid + 1) },
    { WATCHDOG_USEC: '0' },
    { WATCHDOG_USEC: '-5' },
    { WATCHDOG_USEC: 'soon' },
    {},
  ]) {
    openNotification({ NOTIFY_SOCKET: '/nowhere', ...watchdog }, assert.fail)?.watch(() =>
      assert.fail('nobody may ask'),
    );
  }
});

test('A machine without systemd-notify gets one sentence, and the gateway goes on.', async () => {
  const { list, complain } = complaints();
  const notification = openNotification({ NOTIFY_SOCKET: '/nowhere', PATH: '/nowhere' }, complain);
  notification?.ready('listening');
  notification?.status('busy');
  await notification?.settled();
  assert.deepEqual(list, [
    'systemd cannot be told how this service does, and may end it for that: systemd-notify is not in PATH; it comes with the package systemd',
  ]);
});

test(
  'A socket that nobody reads gets one sentence until a message comes through again.',
  PROGRAM,
  async () => {
    const { list, complain } = complaints();
    const notification = openNotification({ NOTIFY_SOCKET: '/nowhere/notify', PATH }, complain);
    notification?.ready('listening');
    notification?.reloading();
    await notification?.settled();
    assert.equal(list.length, 1);
    assert.match(list[0] ?? '', /systemd-notify ended with 1: .*No such file or directory/);
  },
);
