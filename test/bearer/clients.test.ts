import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { PASSWORD, startTestGateway, USER } from '../harness/gateway.js';
import { makeOciLayout } from '../harness/oci-layout.js';
import { type ProgramResult, requireProgram, runProgram } from '../harness/program.js';
import { skopeoFor, trustDirectory } from '../harness/skopeo.js';

const SKOPEO = requireProgram('skopeo', 'skopeo');
const PODMAN = requireProgram('podman', 'podman');

function succeeded({ code, stdout, stderr }: ProgramResult): string {
  assert.equal(code, 0, stderr + stdout);
  return stdout;
}

for (const algorithm of ['ES256', 'EdDSA'] as const) {
  test(`skopeo pushes, looks, pulls and deletes by tokens of ${algorithm}`, SKOPEO, async (t) => {
    const gateway = await startTestGateway(t, { auth: { mode: 'bearer', algorithm } });
    const directory = temporaryDirectory(t);
    const { manifestDigest } = await makeOciLayout(join(directory, 'made'), { tag: 'one', layers: 3 });
    const skopeo = skopeoFor(t, gateway);
    succeeded(await skopeo.push(`oci:${join(directory, 'made')}:one`, 'team/image:one'));
    const digest = await skopeo.run('inspect', 'team/image:one', '--format', '{{.Digest}}');
    assert.equal(succeeded(digest).trim(), manifestDigest);
    succeeded(await skopeo.pull('team/image:one', `oci:${join(directory, 'pulled')}:one`));
    succeeded(await skopeo.run('delete', 'team/image:one'));
    const served = gateway.accessLines().filter((line) => String(line['target']).startsWith('/token'));
    assert.ok(served.length >= 3, `there were ${served.length} requests for tokens`);
    const wrong = await skopeoFor(t, gateway, `${USER}:wrong`).run('inspect', 'team/image:one');
    assert.match(wrong.stderr, /authentication required|unauthorized/);
  });
}

test(
  'podman logs in where tokens are asked for, and is told when the password is wrong',
  PODMAN,
  async (t) => {
    const gateway = await startTestGateway(t, { auth: { mode: 'bearer' } });
    const login = (password: string) =>
      runProgram(
        'podman',
        [
          ...['login', '--cert-dir', trustDirectory(t, gateway.ca)],
          ...['--authfile', join(temporaryDirectory(t), 'auth.json')],
          ...['-u', USER, '--password-stdin', `localhost:${gateway.port}`],
        ],
        { input: password },
      );
    assert.match(succeeded(await login(PASSWORD)), /Login Succeeded/);
    const { code, stderr } = await login('wrong');
    assert.notEqual(code, 0);
    assert.match(stderr, /invalid username\/password|unauthorized|authentication required/);
  },
);
