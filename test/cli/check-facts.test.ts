import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { stateOf } from '../../src/cli/check/disks.js';
import { rightFault } from '../../src/cli/check/ports.js';
import {
  hasSocket,
  lowestFreePort,
  openFiles,
  parseListening,
  readSystemFacts,
} from '../../src/cli/check/system-facts.js';

test('Which ports need a right is told by the capabilities of the process and by the system.', () => {
  const none = 'Name:\tnode\nCapEff:\t0000000000000000\n';
  const bind = 'Name:\tnode\nCapEff:\t0000000000000400\n';
  assert.equal(lowestFreePort(none, '1024\n'), 1024);
  assert.equal(lowestFreePort(none, '443\n'), 443);
  assert.equal(lowestFreePort(none, ''), 1024);
  assert.equal(lowestFreePort(none, '0\n'), undefined);
  assert.equal(lowestFreePort(bind, '1024\n'), undefined);
  assert.equal(lowestFreePort('CapEff:\t000001ffffffffff\n', ''), undefined);
  assert.equal(lowestFreePort('', '1024'), undefined);
});

test('A port without the right gets the ways to it.', () => {
  assert.equal(rightFault(443, { lowestFreePort: 443 }), undefined);
  assert.equal(rightFault(0, { lowestFreePort: 1024 }), undefined);
  assert.equal(rightFault(443, { lowestFreePort: undefined }), undefined);
  assert.equal(
    rightFault(443, { lowestFreePort: 1024 }),
    'names port 443, and ports below 1024 are not for this account. Let systemd open it (`dockgate service install`), give the right with AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit, or choose a port from 1024 on.',
  );
});

test("Linux' list of sockets is read for both families.", () => {
  const row = (local: string, state: string, inode: number): string =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000 100 0 0 10 0`;
  const text = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    row('0100007F:20FB', '0A', 11),
    row('00000000:01BB', '0A', 12),
    row('0100007F:1F90', '01', 13),
    row('00000000000000000000000000000000:1F90', '0A', 14),
    row('00000000000000000000000001000000:1F91', '0A', 15),
    row('B80D01200000000000000000010000FF:1F92', '0A', 16),
    row('0000000000000000FFFF00000100007F:1F93', '0A', 17),
    'nonsense',
    '',
  ].join('\n');
  assert.deepEqual(parseListening(text), [
    { host: '127.0.0.1', port: 8443, inode: '11' },
    { host: '0.0.0.0', port: 443, inode: '12' },
    { host: '::', port: 8080, inode: '14' },
    { host: '::1', port: 8081, inode: '15' },
    { host: '2001:db8::ff00:1', port: 8082, inode: '16' },
    { host: '127.0.0.1', port: 8083, inode: '17' },
  ]);
});

const skip = process.platform === 'linux' ? false : 'only Linux tells of all sockets';

test('A socket of this process is found in it, and its port among those that listen.', {
  skip,
}, async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const facts = await readSystemFacts();
  const found = facts.listening.find((each) => each.port === port);
  assert.equal(found?.host, '127.0.0.1');
  assert.equal(await hasSocket(process.pid, found?.inode ?? ''), true);
  assert.equal(await hasSocket(process.pid, '0'), false);
});

test('The limit on open files is the hard one.', () => {
  const limits =
    'Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files\n';
  assert.equal(openFiles(limits), 524_288);
  assert.equal(openFiles('Max open files  unlimited  unlimited  files\n'), undefined);
});

test('A disk is full, nearly full, or out of inodes.', () => {
  const mib = 1024 * 1024;
  const room = { bsize: mib, blocks: 100_000, bavail: 50_000, files: 1000, ffree: 500 };
  assert.equal(stateOf(room), undefined);
  assert.equal(stateOf({ ...room, files: 0, ffree: 0 }), undefined);
  assert.equal(stateOf({ ...room, blocks: 0, bavail: 0 }), undefined);
  const told = (changes: Partial<typeof room>) => stateOf({ ...room, ...changes });
  assert.deepEqual(told({ bavail: 63 }), {
    isFull: true,
    sentence: 'The disk is full: 63 MiB of 98 GiB are free.',
  });
  assert.deepEqual(told({ bavail: 4_999 }), {
    isFull: false,
    sentence: 'The disk is nearly full: 4999 MiB of 98 GiB are free.',
  });
  assert.equal(told({ blocks: 2000, bavail: 1000 })?.isFull, false);
  assert.deepEqual(told({ ffree: 0 })?.sentence, 'The disk takes no further files: all inodes are used.');
  assert.equal(
    told({ ffree: 49 })?.sentence,
    'The disk takes only 49 further files of 1000: its inodes are nearly used up.',
  );
});
