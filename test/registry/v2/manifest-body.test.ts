import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { Failure } from '../../../src/exchange/failure.js';
import { readManifestBody } from '../../../src/registry/v2/manifest-body.js';
import { makeExchange } from '../client.js';

const LONGEST = 4 * 1024 * 1024;
const MOST = 64;

function send(body: PassThrough): Promise<Uint8Array> {
  return readManifestBody(makeExchange('PUT', '/v2/app/manifests/v1', { body }));
}

test('manifests that come slowly are refused when they take too much memory together, until some have come', async () => {
  const bytes = Buffer.alloc(LONGEST, 'x');
  const slow = Array.from({ length: MOST }, () => new PassThrough({ highWaterMark: LONGEST }));
  const reading = slow.map(send);
  for (const body of slow) body.write(bytes);
  const late = new PassThrough({ highWaterMark: LONGEST });
  const refused = send(late);
  late.write(bytes);
  await assert.rejects(refused, (error) => error instanceof Failure && error.status === 503);
  for (const body of slow) body.end();
  for (const whole of await Promise.all(reading)) assert.equal(whole.length, LONGEST);
  const again = new PassThrough();
  const read = send(again);
  again.end(bytes);
  assert.equal((await read).length, LONGEST);
});
