import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { AUTHORIZATION, startTestGateway, type TestGateway } from '../harness/gateway.js';
import { ask } from '../harness/request.js';

const LONGEST = 4 * 1024 * 1024;
const READERS = 60;

/** As long as a manifest may be. */
function longManifest(): string {
  const manifest = (note: string): string =>
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [],
      annotations: { note },
    });
  return manifest('x'.repeat(LONGEST - manifest('').length));
}

/** Asks for the manifest and reads nothing after the first bytes. */
function readOnce(gateway: TestGateway): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port: gateway.port,
      ca: gateway.ca,
      servername: 'localhost',
    });
    socket.once('error', reject);
    socket.once('data', () => {
      socket.pause();
      resolve(socket);
    });
    socket.write(`GET /v2/app/manifests/v1 HTTP/1.1\r\nhost: a\r\nauthorization: ${AUTHORIZATION}\r\n\r\n`);
  });
}

test('a manifest as long as can be arrives whole, and slow readers do not each take its length of memory', async (t) => {
  const gateway = await startTestGateway(t);
  const manifest = longManifest();
  assert.equal((await ask(gateway, '/v2/app/manifests/v1', { method: 'PUT', body: manifest })).status, 201);
  const { status, text } = await ask(gateway, '/v2/app/manifests/v1');
  assert.equal(status, 200);
  assert.ok(text === manifest);
  const before = process.memoryUsage.rss();
  const readers = await Promise.all(Array.from({ length: READERS }, () => readOnce(gateway)));
  const grown = process.memoryUsage.rss() - before;
  for (const socket of readers) socket.destroy();
  assert.ok(grown < (READERS * LONGEST) / 2, `${READERS} readers took ${grown} bytes`);
});
