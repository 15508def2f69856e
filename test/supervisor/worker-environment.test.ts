import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workerEnvironment } from '../../src/supervisor/worker-environment.js';

test('a worker does not take for its own what systemd tells the primary', () => {
  const environment = {
    NOTIFY_SOCKET: '/run/systemd/notify',
    LISTEN_FDS: '1',
    LISTEN_PID: '1',
    LISTEN_FDNAMES: 'dockgate.socket',
    WATCHDOG_USEC: '1',
    WATCHDOG_PID: '1',
    JOURNAL_STREAM: '1:1',
    LISTEN: 'kept',
    DOCKGATE_LISTEN: 'kept',
  };
  assert.deepEqual(Object.keys(workerEnvironment(environment)), [
    'JOURNAL_STREAM',
    'LISTEN',
    'DOCKGATE_LISTEN',
  ]);
});
