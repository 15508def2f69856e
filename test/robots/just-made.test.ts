import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRobot, rotateRobot } from '../../src/robots/index.js';
import { temporaryDirectory } from '../harness/directory.js';
import { startTestGateway, type TestGateway } from '../harness/gateway.js';
import { ask } from '../harness/request.js';

const CI = { name: 'ci', repositories: ['**'], actions: ['pull'] as const, expires: undefined };

async function statusOf(gateway: TestGateway, secret: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`ci:${secret}`).toString('base64')}`;
  return (await ask(gateway, '/v2/', { anonymous: true, headers: { authorization } })).status;
}

test('a robot logs in as soon as its secret is printed, and once it has another one', async (t) => {
  const robots = join(temporaryDirectory(t), 'robots');
  const gateway = await startTestGateway(t, { auth: { robots } });
  const { secret } = await createRobot(robots, CI);
  assert.equal(await statusOf(gateway, secret), 200);
  const rotated = await rotateRobot(robots, 'ci', { overlap: 0, expires: undefined });
  assert.equal(await statusOf(gateway, rotated.secret), 200);
  assert.equal(await statusOf(gateway, secret), 401);
});
