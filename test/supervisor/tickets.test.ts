import assert from 'node:assert/strict';
import { request } from 'node:https';
import { type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { until } from '../harness/until.js';
import { foreignPair } from '../tls/workshop.js';
import { type Crew, startCrew } from './crew.js';

interface Visit {
  readonly worker: number;
  readonly isResumed: boolean;
  /** For the next visit. */
  readonly session: Buffer | undefined;
}

/** One request on a connection of its own, which stays open, so that the next one goes to the other worker. */
function visit(t: TestContext, port: number, session?: Buffer): Promise<Visit> {
  return new Promise((resolve, reject) => {
    let ticket: Buffer | undefined;
    let worker = '';
    const options = { host: '127.0.0.1', port, rejectUnauthorized: false, agent: false };
    const sent = request({ ...options, headers: { connection: 'keep-alive' }, ...(session && { session }) });
    sent.on('socket', (socket) => {
      afterwards(t, () => socket.destroy());
      socket.on('session', (fresh: Buffer) => {
        ticket = fresh;
      });
    });
    sent.on('response', (response) => {
      const isResumed = (response.socket as TLSSocket).isSessionReused();
      response.setEncoding('latin1').on('data', (text: string) => {
        worker += text;
      });
      response.on('end', async () => {
        // A session that is taken up again may come without another ticket.
        if (!isResumed) await until(() => ticket !== undefined, 'there is a session to go on with');
        resolve({ worker: Number(worker), isResumed, session: ticket ?? session });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function startSecureCrew(t: TestContext, ticketKeys: number): Promise<Crew> {
  const { certificate, key } = await foreignPair(temporaryDirectory(t), 'localhost');
  const limits = { ticketKeys };
  return startCrew(t, { entry: 'secure-entry', workers: 2, words: [certificate, key], limits });
}

test('a TLS session from one worker is taken up again by the other', async (t) => {
  const { port } = await startSecureCrew(t, 3_600_000);
  const first = await visit(t, port);
  const second = await visit(t, port, first.session);
  const third = await visit(t, port, second.session);
  assert.deepEqual(
    [first, second, third].map(({ isResumed }) => isResumed),
    [false, true, true],
  );
  assert.notEqual(first.worker, second.worker);
  assert.equal(first.worker, third.worker);
});

test('after the keys have changed, sessions begin anew', async (t) => {
  const { port } = await startSecureCrew(t, 40);
  const { session } = await visit(t, port);
  await until(async () => !(await visit(t, port, session)).isResumed, 'the session is forgotten');
});
