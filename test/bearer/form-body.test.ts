import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { readForm } from '../../src/bearer/form-body.js';
import { afterwards } from '../harness/afterwards.js';
import { until } from '../harness/until.js';
import { exchangeOf, formOf } from './exchange.js';

const FORM = formOf({});

test('Those who send large forms slowly keep no ordinary login out, and others with large ones only.', async (t) => {
  const slow = Array.from({ length: 300 }, () => new PassThrough());
  const refused: string[] = [];
  const ended = slow.map((body) =>
    readForm({ ...exchangeOf(FORM), body }).catch((error: unknown) => refused.push(String(error))),
  );
  afterwards(t, async () => {
    for (const body of slow) body.end();
    await Promise.all(ended);
  });
  for (const body of slow) body.write(Buffer.alloc(65_000, 'a'));
  const large = (): Promise<string> =>
    readForm({ ...exchangeOf(FORM), body: Readable.from([Buffer.alloc(65_000, 'b')]) });
  await until(() => refused.length > 0, 'the room for large forms is used up');
  assert.match(refused.join(), /too many logins/);
  await assert.rejects(large(), /too many logins/);
  const login = 'grant_type=password&username=alice&password=secret';
  assert.equal(await readForm(exchangeOf({ ...FORM, body: login })), login);
  for (const body of slow) body.end();
  await Promise.all(ended);
  assert.equal((await large()).length, 65_000);
});

test('A form in pieces of one byte takes the room of its bytes.', async (t) => {
  const text = 'a=%C3%A4&'.repeat(6_000);
  const body = new PassThrough();
  afterwards(t, () => void body.destroy());
  const before = process.memoryUsage().arrayBuffers;
  const read = readForm({ ...exchangeOf(FORM), body });
  let sent = 0;
  for (const byte of Buffer.from(text)) {
    // Each as if it had come by itself: it keeps the whole of what it was read into.
    const piece = Buffer.alloc(16_384, byte).subarray(0, 1);
    sent += 1;
    if (!body.write(piece) || sent % 100 === 0) await new Promise(setImmediate);
  }
  await until(() => body.readableLength === 0, 'all pieces are read');
  assert.ok(process.memoryUsage().arrayBuffers - before < 400_000_000, 'the pieces are not kept');
  body.end();
  assert.equal(await read, text);
});
