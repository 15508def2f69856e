import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { AUTHORIZATION, startTestGateway, type TestGateway } from '../harness/gateway.js';
import { openRaw, type RawConnection } from '../harness/raw-connection.js';
import { ask, type SimpleReply } from '../harness/request.js';
import { until } from '../harness/until.js';

async function openSession(gateway: TestGateway): Promise<string> {
  const reply = await ask(gateway, '/v2/x/blobs/uploads/', { method: 'POST', body: '' });
  assert.equal(reply.status, 202);
  const { pathname, search } = new URL(reply.headers.location ?? '', gateway.url);
  return pathname + search;
}

/** How an upload breaks, and how the gateway says so. */
const breaks: Record<string, { act: (connection: RawConnection) => void; status: number }> = {
  stalls: { act: () => {}, status: 408 },
  'sends a chunk that is none': { act: (connection) => connection.write('zz\r\n'), status: 400 },
};

for (const [how, { act, status }] of Object.entries(breaks)) {
  test(`an upload that ${how} is told so and can be resumed at once`, async (t) => {
    const gateway = await startTestGateway(t, { timeouts: { idle: 1_000 } });
    const session = await openSession(gateway);
    const connection = await openRaw(t, gateway.port, gateway.ca);
    connection.write(
      `PATCH ${session} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\n` +
        'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
    );
    act(connection);
    await connection.expect(new RegExp(`^HTTP/1\\.1 ${status} `));

    // Letting go of the file takes a turn or two after the answer, which is far less than the session's lease.
    let resumed: SimpleReply | undefined;
    await until(
      async () => {
        const state = await ask(gateway, session);
        assert.equal(state.status, 204);
        const kept = Number(/^0-([0-9]+)$/.exec(String(state.headers['range']))?.[1]);
        assert.ok(kept === 0 || kept === 4, String(state.headers['range']));
        const from = kept === 0 ? 0 : kept + 1;
        resumed = await ask(gateway, session, {
          method: 'PATCH',
          body: 'helloworld'.slice(from),
          headers: { 'content-range': `${from}-9` },
        });
        return resumed.status !== 416;
      },
      'the session can be written to again',
      2_000,
    );
    assert.equal(resumed?.status, 202, resumed?.text);
    assert.equal(resumed?.headers['range'], '0-9');
    const digest = createHash('sha256').update('helloworld').digest('hex');
    const { pathname, searchParams } = new URL(resumed?.headers.location ?? session, gateway.url);
    searchParams.set('digest', `sha256:${digest}`);
    const done = await ask(gateway, `${pathname}?${searchParams}`, { method: 'PUT', body: '' });
    assert.equal(done.status, 201, done.text);
    await connection.closed();
  });
}
