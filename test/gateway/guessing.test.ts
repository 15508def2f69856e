import assert from 'node:assert/strict';
import { Agent, request } from 'node:https';
import { test } from 'node:test';
import { pino } from 'pino';
import { openUsers } from '../../src/gateway/users.js';
import { hashPassword } from '../../src/htpasswd/index.js';
import { openTokenKey } from '../../src/identity/v1-token-key.js';
import { startTestGateway, type TestGateway } from '../harness/gateway.js';
import { ask } from '../harness/request.js';

const KINDS = [
  { algorithm: 'apr1', users: 12 },
  { algorithm: 'bcrypt', cost: 5, users: 12 },
  { algorithm: 'bcrypt', cost: 8, users: 12 },
  { algorithm: 'sha512', cost: 5_000, users: 12 },
] as const;
/** Tries of both sorts, for each kind of hash: some 500 in all. */
const TRIES = 63;

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: string;
  /** Milliseconds. */
  readonly time: number;
}

let address = 0;

/** One wrong password over TLS, on a connection that is there already, from an address that has not been seen. */
async function guess(gateway: TestGateway, user: string): Promise<Reply> {
  address += 1;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 1,
    localAddress: `127.7.${address >> 8}.${address & 255}`,
  });
  try {
    // The handshake is not what is timed.
    await send(gateway, '/_ping', agent);
    const credentials = Buffer.from(`${user}:wrong ${address}`).toString('base64');
    return await send(gateway, '/v2/', agent, { authorization: `Basic ${credentials}` });
  } finally {
    agent.destroy();
  }
}

function send(
  { port, ca }: TestGateway,
  path: string,
  agent: Agent,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const outgoing = request(
      { host: '127.0.0.1', servername: 'localhost', port, ca, path, agent, headers },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        incoming.once('end', () => {
          const { date: _, 'x-request-id': __, ...others } = incoming.headers;
          resolve({
            status: incoming.statusCode ?? 0,
            text,
            headers: JSON.stringify(others),
            time: performance.now() - start,
          });
        });
      },
    );
    outgoing.once('error', reject).end();
  });
}

/**
 * How far apart two samples are, by the ranks of their values (Mann and Whitney's U), in standard deviations: beyond 5 once
 * in some million times when they are of one distribution, and no single slow answer matters.
 */
function distance(one: readonly number[], other: readonly number[]): number {
  const ranked = [
    ...one.map((value) => ({ value, isOne: true })),
    ...other.map((value) => ({ value, isOne: false })),
  ];
  ranked.sort((a, b) => a.value - b.value);
  const sum = ranked.reduce((total, { isOne }, index) => total + (isOne ? index + 1 : 0), 0);
  const [n, m] = [one.length, other.length];
  const u = sum - (n * (n + 1)) / 2;
  return Math.abs(u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

test('the distance tells samples apart that differ by a little, and not those that do not', (t) => {
  const values = Array.from({ length: 60 }, (_, index) => index % 30);
  assert.ok(distance(values, values) < 1);
  const later = values.map((value) => value + 25);
  t.diagnostic(`${distance(values, later)}`);
  assert.ok(distance(values, later) > 5);
});

test('neither answer nor time tells an unknown user from a wrong password, at any cost in the file', async (t) => {
  const lines: string[] = [];
  for (const { algorithm, users, ...costs } of KINDS) {
    const cost = 'cost' in costs ? costs.cost : undefined;
    for (let index = 0; index < users; index += 1) {
      const name = `${algorithm}-${cost ?? ''}-${index}`;
      lines.push(`${name}:${await hashPassword('right', { algorithm, cost })}`);
    }
  }
  const gateway = await startTestGateway(t, { passwords: `${lines.join('\n')}\n` });
  // The kinds of unknown names, as the gateway with this key chooses them.
  const kindOf = await decoysOf(gateway);
  const bodies = new Set<string>();
  for (const { algorithm, ...costs } of KINDS) {
    const cost = 'cost' in costs ? costs.cost : undefined;
    const kind = `${algorithm} ${cost ?? 1_000}`;
    const known = lines
      .map((line) => line.split(':')[0] ?? '')
      .filter((name) => name.startsWith(`${algorithm}-${cost ?? ''}-`));
    const unknown = Array.from({ length: 400 }, (_, index) => `${algorithm}-${index + 10}-x`).filter(
      (name) => kindOf(name) === kind,
    );
    assert.ok(unknown.length >= 12, `${kind}: ${unknown.length} unknown names`);
    let apart = Number.POSITIVE_INFINITY;
    // Whatever else the machine does can disturb one round; a real difference shows in each.
    for (let round = 0; round < 3 && apart > 5; round += 1) {
      const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
      for (let index = 0; index < TRIES; index += 1) {
        for (const [sort, names] of Object.entries({ known, unknown })) {
          // Never so often one name that its own wait begins.
          const name = names[(index + round * TRIES) % names.length] ?? '';
          const reply = await guess(gateway, `${name}`);
          assert.equal(reply.status, 401);
          bodies.add(`${reply.headers} ${reply.text}`);
          times[sort as keyof typeof times].push(reply.time);
        }
      }
      apart = distance(times.known, times.unknown);
      t.diagnostic(`${kind}: ${apart.toFixed(2)} standard deviations apart, round ${round + 1}`);
    }
    assert.ok(apart <= 5, `${kind}: the times tell`);
  }
  assert.equal(bodies.size, 1, [...bodies].join('\n'));
});

/** @returns the scheme and cost of what an unknown name's password is checked against */
async function decoysOf(gateway: TestGateway): Promise<(name: string) => string> {
  const { secret } = await openTokenKey(gateway.certs);
  const users = await openUsers(gateway.htpasswd, pino({ level: 'silent' }), () => undefined, secret);
  users.close();
  return (name) => {
    const { scheme, cost } = users.dummyFor(name);
    return `${scheme} ${cost}`;
  };
}

test('whoever guesses gets 429 with Retry-After, and who is known there, or behind another proxy hop, gets in', async (t) => {
  const gateway = await startTestGateway(t, { trustedProxies: ['127.0.0.1'] });
  const from = (client: string, user?: string, password = 'wrong') =>
    ask(gateway, '/v2/', {
      headers: {
        'x-forwarded-for': client,
        ...(user === undefined
          ? {}
          : { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }),
      },
    });
  assert.equal((await from('203.0.113.1')).status, 200);
  for (let index = 0; index < 10; index += 1)
    assert.equal((await from('203.0.113.1', `user${index}`)).status, 401);
  const refused = await from('203.0.113.1', 'another');
  assert.equal(refused.status, 429);
  assert.match(String(refused.headers['retry-after']), /^[1-9][0-9]*$/);
  assert.equal(
    (JSON.parse(refused.text) as { errors: { code: string }[] }).errors[0]?.code,
    'TOOMANYREQUESTS',
  );
  assert.equal((await from('203.0.113.1')).status, 200, 'what is remembered is not held up');
  assert.equal((await from('203.0.113.2', 'another')).status, 401, 'the proxy is not who guesses');
  assert.equal((await from('203.0.113.1', '', '')).status, 401, 'nobody: a challenge, and no throttle');
});
