import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { startTestGateway } from '../harness/gateway.js';
import { startRecorder } from '../harness/recorder.js';
import { until } from '../harness/until.js';

/** The connections that a server in this process accepts from here on. */
function acceptedSockets(t: TestContext, port: number): Socket[] {
  const sockets: Socket[] = [];
  const listener = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    // A socket forgets its port when it is closed.
    if (socket.localPort === port) sockets.push(socket);
  };
  subscribe('net.server.socket', listener);
  t.after(() => unsubscribe('net.server.socket', listener));
  return sockets;
}

const refusals: Record<string, { bytes: string; more?: string; status: number }> = {
  'a line that is no request': { bytes: 'garbage\r\n\r\n', status: 400 },
  'a version that is not ours': { bytes: 'GET /_ping HTTP/2.0\r\nHost: a\r\n\r\n', status: 400 },
  'a tunnel that is not opened': { bytes: 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', status: 405 },
  'garbage behind a request': {
    bytes: 'GET /_ping HTTP/1.1\r\nHost: a\r\n\r\n',
    more: 'garbage\r\n\r\n',
    status: 200,
  },
  'a bad chunk behind an answer': {
    bytes: 'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
    more: 'zz\r\n',
    status: 401,
  },
};

for (const [what, { bytes, more, status }] of Object.entries(refusals)) {
  test(`a client that keeps its side open is cut after ${what}`, async (t) => {
    const recorder = await startRecorder(t);
    const gateway = await startTestGateway(t, { upstream: recorder.origin });
    const accepted = acceptedSockets(t, gateway.port);
    const { port, ca } = gateway;
    const options: ConnectionOptions & { allowHalfOpen: boolean } = {
      host: '127.0.0.1',
      port,
      ca,
      servername: 'localhost',
      allowHalfOpen: true,
    };
    const client = connect(options);
    t.after(() => client.destroy());
    let text = '';
    client.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    client.on('error', () => {});
    client.write(bytes);
    await until(() => text.includes('\r\n\r\n'), 'the gateway answers');
    if (more !== undefined) client.write(more);
    assert.equal(accepted.length, 1);
    await until(() => accepted[0]?.destroyed === true, 'the gateway lets go of the connection', 10_000);
    assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `));
  });
}
