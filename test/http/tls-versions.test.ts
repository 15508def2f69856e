import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect } from 'node:tls';
import { afterwards } from '../harness/afterwards.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { until } from '../harness/until.js';
import { startGreeter } from './greeter.js';

describe('TLS, as openssl sees it', requireProgram('openssl', 'openssl'), () => {
  for (const [option, version] of [
    ['-tls1_2', 'TLSv1.2'],
    ['-tls1_3', 'TLSv1.3'],
  ] as const) {
    test(`${version} is spoken, with HTTP/1.0 and pipelined requests`, async (context) => {
      const { port } = await startGreeter(context);
      const words = ['s_client', '-quiet', '-connect', `127.0.0.1:${port}`, option];
      const one = 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n';
      const input = `${one}${one}GET /2 HTTP/1.0\r\n\r\n`;
      const { stdout } = await runProgram('openssl', words, { input });
      assert.equal(stdout.match(new RegExp(`"tls":"${version}","protocol":"https"`, 'g'))?.length, 3, stdout);
    });
  }

  test('TLS 1.1 is not spoken', async (context) => {
    const { port, seen } = await startGreeter(context);
    const words = ['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'];
    const { code } = await runProgram('openssl', words, { input: 'GET / HTTP/1.0\r\n\r\n' });
    assert.notEqual(code, 0);
    assert.deepEqual(seen, []);
  });
});

test('a client cannot renegotiate: the connection ends and the gateway goes on', async (context) => {
  const { port, seen } = await startGreeter(context);
  const open = (): ReturnType<typeof connect> => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, maxVersion: 'TLSv1.2' });
    socket.on('error', () => undefined);
    afterwards(context, () => socket.destroy());
    return socket;
  };
  // Node's own defence lets three pass in ten minutes; none is needed.
  const socket = open();
  let outcome: string | undefined;
  socket.once('secureConnect', () => {
    socket.once('close', () => {
      outcome ??= 'closed';
    });
    socket.renegotiate({ rejectUnauthorized: false }, (error) => {
      outcome ??= error === null ? 'renegotiated' : 'refused';
    });
  });
  await until(() => outcome !== undefined, 'the attempt comes to its end');
  assert.notEqual(outcome, 'renegotiated');
  const next = open();
  next.write('GET /next HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => seen.includes('/next'), 'another request is answered');
});
