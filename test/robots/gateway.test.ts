import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { AuthMode } from '../../src/configuration/access.js';
import {
  createRobot,
  dockerConfig,
  readUses,
  revokeRobot,
  rotateRobot,
  usesPath,
} from '../../src/robots/index.js';
import { temporaryDirectory } from '../harness/directory.js';
import { startTestGateway, type TestGateway } from '../harness/gateway.js';
import { makeOciLayout } from '../harness/oci-layout.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { ask } from '../harness/request.js';
import { skopeoFor, trustDirectory } from '../harness/skopeo.js';
import { until } from '../harness/until.js';

const withSkopeo = requireProgram('skopeo', 'skopeo');
const CI = {
  name: 'ci',
  repositories: ['team-a/**'],
  actions: ['pull', 'push'] as const,
  expires: undefined,
};

async function image(t: TestContext): Promise<string> {
  const directory = join(temporaryDirectory(t), 'made');
  await makeOciLayout(directory, { layers: 1, layerBytes: 1000, seed: 7, tag: 'one' });
  return `oci:${directory}:one`;
}

function statusOf(gateway: TestGateway, name: string, secret: string, path = '/v2/'): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
  return ask(gateway, path, { anonymous: true, headers: { authorization } }).then(({ status }) => status);
}

for (const mode of ['basic', 'bearer'] satisfies AuthMode[]) {
  test(
    `skopeo with a token in place of a password does what the token says: ${mode}`,
    withSkopeo,
    async (t) => {
      const robots = join(temporaryDirectory(t), 'robots');
      const { robot, secret } = await createRobot(robots, CI);
      const gateway = await startTestGateway(t, { auth: { mode, robots } });
      const skopeo = skopeoFor(t, gateway, `ci:${secret}`);
      const source = await image(t);
      const pushed = await skopeo.push(source, 'team-a/app:one');
      assert.equal(pushed.code, 0, pushed.stderr);
      const pulled = await skopeo.pull('team-a/app:one', `oci:${join(temporaryDirectory(t), 'pulled')}:one`);
      assert.equal(pulled.code, 0, pulled.stderr);
      for (const denied of [
        await skopeo.push(source, 'team-b/app:one'),
        await skopeo.run('delete', 'team-a/app:one'),
        await skopeo.run('inspect', 'team-b/app:one'),
      ]) {
        assert.notEqual(denied.code, 0);
        assert.match(denied.stderr, /denied|forbidden|unauthorized|authentication required/i);
      }
      assert.equal(await statusOf(gateway, 'ci', secret, '/v2/_catalog'), 403);
      await until(async () => (await readUses(usesPath(robots))).has(robot.id), 'the use is noted');
      assert.match((await readUses(usesPath(robots))).get(robot.id)?.from ?? '', /127\.0\.0\.1$/);
      await revokeRobot(robots, 'ci');
      await until(async () => (await statusOf(gateway, 'ci', secret)) === 401, 'the token is refused');
      const refused = await skopeo.run('inspect', 'team-a/app:one');
      assert.notEqual(refused.code, 0);
      assert.ok(!gateway.rawLog().includes(secret.slice(21)), 'the secret is in the log');
    },
  );
}

test('a printed configuration for docker opens the registry to skopeo', withSkopeo, async (t) => {
  const robots = join(temporaryDirectory(t), 'robots');
  const { secret } = await createRobot(robots, CI);
  const gateway = await startTestGateway(t, { auth: { robots } });
  const pushed = await skopeoFor(t, gateway, `ci:${secret}`).push(await image(t), 'team-a/app:one');
  assert.equal(pushed.code, 0, pushed.stderr);
  const file = join(temporaryDirectory(t), 'config.json');
  const registry = `localhost:${gateway.port}`;
  await writeFile(file, dockerConfig({ registry, name: 'ci', secret }));
  const trust = trustDirectory(t, gateway.ca);
  const words = ['inspect', '--authfile', file, '--cert-dir', trust, `docker://${registry}/team-a/app:one`];
  const inspected = await runProgram('skopeo', words);
  assert.equal(inspected.code, 0, inspected.stderr);
});

test('bearer tokens of a robot end with its revocation, and with its rotation', async (t) => {
  const robots = join(temporaryDirectory(t), 'robots');
  let { secret } = await createRobot(robots, CI);
  const gateway = await startTestGateway(t, { auth: { mode: 'bearer', robots } });
  const tokenOf = async (): Promise<string> => {
    const authorization = `Basic ${Buffer.from(`ci:${secret}`).toString('base64')}`;
    const path = '/token?service=dockgate&scope=repository:team-a/app:pull,push,delete';
    const { text, status } = await ask(gateway, path, { anonymous: true, headers: { authorization } });
    assert.equal(status, 200, text);
    return (JSON.parse(text) as { token: string }).token;
  };
  const statusWith = async (token: string, path = '/v2/team-a/app/tags/list'): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await ask(gateway, path, { anonymous: true, headers })).status;
  };
  const first = await tokenOf();
  assert.equal(await statusWith(first), 404, 'it may look, and there is nothing');
  assert.equal(await statusWith(first, '/v2/team-b/app/tags/list'), 401);
  secret = (await rotateRobot(robots, 'ci', { overlap: 0, expires: undefined })).secret;
  await until(async () => (await statusWith(first)) === 401, 'the token of the old secret ends');
  const second = await tokenOf();
  assert.equal(await statusWith(second), 404);
  await revokeRobot(robots, 'ci');
  await until(async () => (await statusWith(second)) === 401, 'the token of the revoked robot ends');
});

test('a deny rule that comes first takes from a robot what its token says', async (t) => {
  const robots = join(temporaryDirectory(t), 'robots');
  const { secret } = await createRobot(robots, CI);
  const rule = { users: [], groups: [], anonymous: false, networks: [] };
  const gateway = await startTestGateway(t, {
    auth: { robots },
    access: {
      groups: undefined,
      rules: [
        {
          ...rule,
          effect: 'deny',
          actions: ['pull'],
          repositories: ['team-a/secret'],
          place: { file: 'rules', line: 1 },
        },
      ],
    },
  });
  assert.equal(await statusOf(gateway, 'ci', secret, '/v2/team-a/app/tags/list'), 404);
  assert.equal(await statusOf(gateway, 'ci', secret, '/v2/team-a/secret/tags/list'), 403);
});

test(
  'podman logs in with a token, and not with one that is mistyped or revoked',
  requireProgram('podman', 'podman'),
  async (t) => {
    const robots = join(temporaryDirectory(t), 'robots');
    const { secret } = await createRobot(robots, CI);
    const gateway = await startTestGateway(t, { auth: { robots } });
    const scratch = temporaryDirectory(t);
    const login = (input: string) =>
      runProgram(
        'podman',
        [
          ...['--root', join(scratch, 'root'), '--runroot', join(scratch, 'run'), '--storage-driver', 'vfs'],
          ...['login', '--authfile', join(scratch, 'auth.json'), '--cert-dir', trustDirectory(t, gateway.ca)],
          ...['--username', 'ci', '--password-stdin', `localhost:${gateway.port}`],
        ],
        { input },
      );
    const good = await login(secret);
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /Login Succeeded/);
    assert.notEqual((await login(`${secret.slice(0, -1)}-`)).code, 0);
    await revokeRobot(robots, 'ci');
    await until(async () => (await login(secret)).code !== 0, 'the token is refused');
  },
);
