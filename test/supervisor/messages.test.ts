import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pack, type ToWorker, unpack } from '../../src/supervisor/messages.js';

/** As the channel between processes carries it. */
const sent = (message: ToWorker): ToWorker => unpack(JSON.parse(JSON.stringify(pack(message))) as ToWorker);

test('bytes, infinite numbers and what is not defined arrive as they were sent', () => {
  const keys = { type: 'ticketKeys', keys: Buffer.from([0, 255, 128]) } as const;
  assert.deepEqual(sent(keys), keys);
  const configuration = {
    collection: { interval: Number.POSITIVE_INFINITY },
    file: undefined,
    when: new Map([[1, 2]]),
  };
  const question = {
    type: 'question',
    number: 1,
    question: { type: 'prepare', configuration },
  } as unknown as ToWorker;
  assert.deepEqual(sent(question), question);
});

test('what is sent for each connection is not packed', () => {
  const message = { type: 'connection', number: 7, door: 0 } as const;
  assert.equal(pack(message), message);
});
