import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { startTestGateway, type TestGateway } from '../harness/gateway.js';
import { startNginx } from '../harness/nginx.js';
import { requireProgram } from '../harness/program.js';
import { ask } from '../harness/request.js';
import { startSecureUpstream } from '../harness/secure-upstream.js';
import { counts, openUpstream, serverAt, startRecorders } from './fleet.js';

const WEIGHTS = [5, 1, 1];

test('A hundred requests are shared by weight, and no server gets all of its own in a row.', async (t) => {
  const recorders = await startRecorders(t, 3);
  const servers = recorders.map(({ origin }, index) => serverAt(origin, { weight: WEIGHTS[index] ?? 1 }));
  const { send, upstream } = openUpstream(t, { servers });
  const who: string[] = [];
  for (let index = 0; index < 100; index += 1) who.push((await send('/v2/')).text);
  assert.equal(who.slice(0, 14).join(''), '00102000010200');
  assert.deepEqual(counts(recorders), [72, 14, 14]);
  assert.deepEqual(
    upstream.tallies.map(({ replies, waits, isUp }) => [replies[2], waits.count, isUp]),
    [
      [72, 72, true],
      [14, 14, true],
      [14, 14, true],
    ],
  );
});

/** Who answers each of a hundred requests of one client, one after the other. */
async function turns(gateway: Pick<TestGateway, 'port' | 'ca'>): Promise<string> {
  const agent = new Agent({ keepAlive: true });
  let who = '';
  for (let index = 0; index < 100; index += 1)
    who += (await ask(gateway as TestGateway, '/v2/', { agent })).text;
  agent.destroy();
  return who;
}

test(
  'Each of a hundred requests goes where nginx sends it.',
  requireProgram('nginx', 'nginx-light'),
  async (t) => {
    const recorders = await startRecorders(t, 3);
    const [first] = recorders;
    const gateway = await startTestGateway(t, {
      upstream: '',
      upstreamOptions: {
        servers: recorders.map(({ origin }, index) => serverAt(origin, { weight: WEIGHTS[index] ?? 1 })),
      },
    });
    const nginx = await startNginx(t, {
      upstreamPort: first?.port ?? 0,
      servers: recorders
        .map(({ port }, index) => `server 127.0.0.1:${port} weight=${WEIGHTS[index]};`)
        .join(' '),
      htpasswd: gateway.htpasswd,
      certificate: join(gateway.certs, 'server.crt'),
      key: join(gateway.certs, 'server.key'),
    });
    assert.equal(await turns(gateway), await turns({ port: nginx.port, ca: gateway.ca }));
    assert.deepEqual(counts(recorders), [144, 28, 28]);
  },
);

test('A backup gets nothing while another server is up, and everything when none is.', async (t) => {
  const recorders = await startRecorders(t, 3);
  const servers = recorders.map(({ origin }, index) => serverAt(origin, { backup: index === 2 }));
  const { send } = openUpstream(t, { servers });
  for (let index = 0; index < 10; index += 1) await send('/v2/');
  assert.deepEqual(counts(recorders), [5, 5, 0]);
  await recorders[0]?.close();
  for (let index = 0; index < 10; index += 1) assert.equal((await send('/v2/')).text, '1');
  await recorders[1]?.close();
  for (let index = 0; index < 10; index += 1) assert.equal((await send('/v2/')).text, '2');
  assert.deepEqual(counts(recorders), [5, 15, 10]);
});

test('A unix socket takes its share beside TCP.', async (t) => {
  const [recorder] = await startRecorders(t, 1);
  const socketPath = join(temporaryDirectory(t), 'registry.sock');
  const server = createServer((_request, response) => response.end('socket'));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  afterwards(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const servers = [serverAt(recorder?.origin ?? ''), serverAt('http://localhost', { socketPath })];
  const { send, upstream } = openUpstream(t, { servers });
  const who: string[] = [];
  for (let index = 0; index < 4; index += 1) who.push((await send('/v2/')).text);
  assert.deepEqual(who, ['0', 'socket', '0', 'socket']);
  assert.equal(upstream.tallies[1]?.server, `http+unix:${socketPath}`);
});

test('Servers with TLS are known by their own names, and their connections are kept for clients of other names.', async (t) => {
  const named = await startSecureUpstream(t, ['localhost'], (_request, response) => response.end('name'));
  const numbered = await startSecureUpstream(t, ['127.0.0.1'], (_request, response) =>
    response.end('number'),
  );
  const ca = join(temporaryDirectory(t), 'ca.pem');
  writeFileSync(ca, `${readFileSync(named.ca)}${readFileSync(numbered.ca)}`);
  const gateway = await startTestGateway(t, {
    upstream: '',
    upstreamOptions: {
      servers: [serverAt(named.origin), serverAt(`https://127.0.0.1:${numbered.port}`)],
      ca,
    },
  });
  const who: string[] = [];
  for (const host of ['a.example', 'b.example', 'a.example', 'b.example', 'localhost', 'localhost'])
    who.push((await ask(gateway, '/v2/', { headers: { host } })).text);
  assert.deepEqual(who, ['name', 'number', 'name', 'number', 'name', 'number']);
  assert.deepEqual([named.connections, numbered.connections], [1, 1]);
});
