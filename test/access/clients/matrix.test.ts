import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { AuthMode, RuleConfiguration } from '../../../src/configuration/access.js';
import { temporaryDirectory } from '../../harness/directory.js';
import { PASSWORD, startTestGateway, USER } from '../../harness/gateway.js';
import { makeOciLayout } from '../../harness/oci-layout.js';
import { type ProgramResult, requireProgram } from '../../harness/program.js';
import { requireEngine } from '../../registry/interop/daemon.js';
import type { Client, OpenClient } from './client.js';
import { openContainerd } from './containerd.js';
import { openDocker } from './docker.js';
import { documented, matrix, type Outcome } from './matrix.js';
import { openPodman } from './podman.js';
import { openSkopeo } from './skopeo.js';

const rule = (line: number, some: Partial<RuleConfiguration>): RuleConfiguration => ({
  effect: 'allow',
  actions: ['pull', 'push', 'delete'],
  repositories: undefined,
  users: [],
  groups: [],
  anonymous: false,
  networks: [],
  place: { file: 'dockgate.yaml', line },
  ...some,
});

const rules: readonly RuleConfiguration[] = [
  rule(3, { actions: ['pull'], repositories: ['public/**'], anonymous: true }),
  rule(6, { repositories: ['public/**', 'team/**'], users: [USER] }),
];

async function startWith(test: TestContext, mode: AuthMode) {
  const layout = temporaryDirectory(test);
  await makeOciLayout(layout, { tag: 'a', layers: 2, layerBytes: 60_000, seed: 77 });
  const gateway = await startTestGateway(test, {
    access: { rules, groups: undefined },
    auth: { mode },
  });
  return { gateway, layout, host: `localhost:${gateway.port}` };
}

function outcome(result: ProgramResult): Outcome {
  return result.code === 0 ? 'works' : 'refused';
}

async function tryAll(client: Client, host: string): Promise<Record<string, Outcome>> {
  const pushed = outcome(await client.push('team/image:one', PASSWORD));
  if (pushed === 'works') assert.equal(outcome(await client.pull('team/image:one', PASSWORD)), 'works');
  assert.equal(outcome(await client.pull('team/image:one', undefined)), 'refused', host);
  if (client.login !== undefined) assert.equal(outcome(await client.login('wrong')), 'refused');
  return {
    anonymousPull: outcome(await client.pull('public/image:one', undefined)),
    login: client.login === undefined ? '-' : outcome(await client.login(PASSWORD)),
    push: pushed,
    deniedPush: outcome(await client.push('other/image:one', PASSWORD)),
    remove: client.remove === undefined ? '-' : outcome(await client.remove('team/image:one', PASSWORD)),
  };
}

const clients: readonly [string, OpenClient, { skip?: string }][] = [
  ['skopeo', openSkopeo, {}],
  ['podman', openPodman, requireProgram('podman', 'podman')],
  ['docker', openDocker, requireEngine('dockerd', 'docker.io')],
  ['containerd', openContainerd, requireEngine('containerd', 'containerd')],
];

for (const [name, open, needs] of clients) {
  for (const mode of ['basic', 'bearer', 'auto'] as const) {
    const options = { ...requireProgram('skopeo', 'skopeo'), ...needs };
    test(`${name} does what the documentation says where challenges are ${mode}`, options, async (t) => {
      const place = await startWith(t, mode);
      const public_ = await openSkopeo(t, place);
      assert.ok(typeof public_ !== 'string');
      assert.equal(outcome(await public_.push('public/image:one', PASSWORD)), 'works');
      const client = await open(t, place);
      if (typeof client === 'string') return t.skip(client);
      const expected = matrix.find((row) => row.client === name && row.mode === mode);
      assert.deepEqual({ client: name, mode, ...(await tryAll(client, place.host)) }, expected);
    });
  }
}

test('the documentation shows what the clients do', () => {
  const text = readFileSync(join(process.cwd(), 'docs', 'access.md'), 'utf8');
  for (const row of matrix) assert.ok(text.includes(documented(row)), documented(row));
});
