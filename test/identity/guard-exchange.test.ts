import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { GuardExchange, readNotices, writeNotices } from '../../src/identity/guard-exchange.js';
import type { GuessNotice } from '../../src/identity/guess-guard.js';

const NOTICE: GuessNotice = { kind: 'right', address: 'a'.repeat(24), user: 'b'.repeat(24) };

test('messages are read back as they were written, and nothing else is read', () => {
  assert.deepEqual(readNotices(writeNotices([NOTICE, { ...NOTICE, kind: 'tried' }])), [
    NOTICE,
    { ...NOTICE, kind: 'tried' },
  ]);
  const type = 'dockgate: guesses';
  const { address, user } = NOTICE;
  for (const message of [
    undefined,
    null,
    'text',
    {},
    { type },
    { type: 'other', notices: [0, address, user] },
    { type, notices: {} },
    { type, notices: [0, address] },
    { type, notices: [3, address, user] },
    { type, notices: [-1, address, user] },
    { type, notices: ['0', address, user] },
    { type, notices: [0, 'short', user] },
    { type, notices: [0, address, `${'b'.repeat(23)}\n`] },
    { type, notices: [0, address, 'b'.repeat(25)] },
    { type, notices: Array.from({ length: 257 }, () => [0, address, user]).flat() },
  ])
    assert.equal(readNotices(message), undefined, JSON.stringify(message));
});

/** A channel whose messages are taken when the test says so. */
class Channel extends EventEmitter {
  connected = true;
  readonly sent: unknown[] = [];
  readonly taken: ((error: Error | null) => void)[] = [];

  send(message: unknown, taken: (error: Error | null) => void): boolean {
    this.sent.push(message);
    this.taken.push(taken);
    return true;
  }
}

const turn = (): Promise<void> => new Promise(setImmediate);

test('notices of one turn go in one message, and a channel that takes none holds up nobody', async () => {
  const channel = new Channel();
  const exchange = new GuardExchange(channel);
  for (let count = 0; count < 10; count += 1) exchange.announce(NOTICE);
  await turn();
  assert.deepEqual(
    channel.sent.map((message) => readNotices(message)?.length),
    [10],
  );
  for (let count = 0; count < 100_000; count += 1) exchange.announce(NOTICE);
  for (let count = 0; count < 100; count += 1) await turn();
  assert.equal(channel.sent.length, 16);
  for (let count = 0; count < 100; count += 1) {
    for (const taken of channel.taken.splice(0)) taken(null);
    await turn();
  }
  const told = channel.sent.reduce<number>((sum, message) => sum + (readNotices(message)?.length ?? 0), 0);
  assert.equal(told, 10 + 4_096);
  channel.connected = false;
  exchange.announce(NOTICE);
  await turn();
});

test('a guard hears until the exchange is closed, and hears nothing malformed', () => {
  const channel = new Channel();
  const exchange = new GuardExchange(channel);
  const heard: GuessNotice[] = [];
  exchange.open({ hear: (notice) => heard.push(notice) });
  channel.emit('message', { type: 'dockgate: guesses', notices: [0] });
  channel.emit('message', writeNotices([NOTICE]));
  exchange.close();
  channel.emit('message', writeNotices([NOTICE]));
  assert.deepEqual(heard, [NOTICE]);
  assert.equal(channel.listenerCount('message'), 0);
});
