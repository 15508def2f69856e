import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { BodyBroken, receive } from '../../src/registry/receive.js';
import { Appender } from '../../src/registry/store/filesystem/appender.js';
import { seededBytes } from '../harness/oci-layout.js';

test('a sender is held back while the receiver waits', async () => {
  let taking = 0;
  let most = 0;
  const chunks = Array.from({ length: 50 }, (_, index) => Buffer.from(`${index} `));
  let text = '';
  await receive(Readable.from(chunks), (chunk) => {
    taking += 1;
    most = Math.max(most, taking);
    text += Buffer.from(chunk).toString();
    return new Promise((resolve) => {
      setImmediate(() => {
        taking -= 1;
        resolve();
      });
    });
  });
  assert.equal(most, 1);
  assert.equal(text, Buffer.concat(chunks).toString());
});

test('a body is not destroyed by a receiver that has had enough', async () => {
  const body = Readable.from([Buffer.from('one'), Buffer.from('two'), Buffer.from('three')]);
  const enough = new Error('enough');
  const take = (): undefined => {
    throw enough;
  };
  await assert.rejects(receive(body, take), enough);
  assert.equal(body.destroyed, false);
  assert.equal(body.isPaused(), true);
  body.destroy(new Error('the connection broke later'));
});

test('a body that was destroyed, before or on the way, is broken', async () => {
  const dead = new Readable({ read: () => undefined });
  dead.destroy();
  await assert.rejects(
    receive(dead, () => undefined),
    BodyBroken,
  );
  const dying = new Readable({ read: () => undefined });
  const received = receive(dying, () => undefined);
  dying.destroy();
  await assert.rejects(received, BodyBroken);
});

test('a body that has been read already is an empty one', async () => {
  const body = Readable.from([]);
  await receive(body, () => undefined);
  await receive(body, () => undefined);
});

test('chunks of every size end up in the file in their order', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-'));
  const seed = Math.trunc(Math.random() * 1e9);
  try {
    const content = seededBytes(900_000, seed);
    const chunks: Buffer[] = [];
    for (let start = 0, step = 1; start < content.length; start += step) {
      step = 1 + ((step * 31 + seed) % 5000);
      if (start < 3000) step = 1;
      chunks.push(content.subarray(start, start + step));
    }
    const file = await open(join(directory, 'data'), 'a+');
    const appender = new Appender(file, undefined, () => true);
    await receive(Readable.from(chunks), (chunk) => appender.take(chunk));
    await appender.flush();
    const { buffer } = await file.read(Buffer.alloc(content.length + 1), 0, content.length + 1, 0);
    await file.close();
    assert.equal(appender.written, content.length, `seed ${seed}`);
    assert.ok(buffer.subarray(0, content.length).equals(content), `seed ${seed}`);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('an error while writing reaches the one who waits, and no other', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-'));
  try {
    const file = await open(join(directory, 'data'), 'a+');
    const appender = new Appender(file, undefined, () => false);
    const body = Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(100_000)));
    await assert.rejects(
      receive(body, (chunk) => appender.take(chunk)),
      /right to write/,
    );
    await assert.rejects(appender.flush(), /right to write/);
    assert.equal((await file.stat()).size, 0);
    await file.close();
  } finally {
    await rm(directory, { recursive: true });
  }
});
