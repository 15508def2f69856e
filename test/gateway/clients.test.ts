import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { startDockerRegistry } from '../harness/docker-registry.js';
import { PASSWORD, startTestGateway, type TestGateway, USER } from '../harness/gateway.js';
import { makeOciLayout, type OciLayout, type OciLayoutOptions, seededBytes } from '../harness/oci-layout.js';
import { type ProgramResult, requireProgram, runProgram } from '../harness/program.js';
import { ask } from '../harness/request.js';
import { skopeoFor, trustDirectory } from '../harness/skopeo.js';

const withSkopeo = requireProgram('skopeo', 'skopeo');
const withRegistry = requireProgram('docker-registry', 'docker-registry');
const withCurl = requireProgram('curl', 'curl');
const withPodman = requireProgram('podman', 'podman');

interface Kind {
  readonly name: string;
  readonly needs: { skip?: string };
  start(t: TestContext): Promise<TestGateway>;
}

const kinds: readonly Kind[] = [
  { name: 'the embedded registry', needs: {}, start: (t) => startTestGateway(t) },
  {
    name: 'docker-registry behind the gateway',
    needs: withRegistry,
    start: async (t) => {
      const { origin } = await startDockerRegistry(t);
      return startTestGateway(t, { upstream: origin });
    },
  },
];

function succeeded(result: ProgramResult): string {
  assert.equal(result.code, 0, result.stderr + result.stdout);
  return result.stdout;
}

/** Pushes an image, looks at it, pulls it, deletes it, and compares every digest on the way. */
async function roundTrip(t: TestContext, gateway: TestGateway, options: Omit<OciLayoutOptions, 'tag'>) {
  const directory = temporaryDirectory(t);
  const made: OciLayout = await makeOciLayout(join(directory, 'made'), { ...options, tag: 'one' });
  const skopeo = skopeoFor(t, gateway);
  succeeded(await skopeo.push(`oci:${join(directory, 'made')}:one`, 'team/image:one'));
  const digest = await skopeo.run('inspect', 'team/image:one', '--format', '{{.Digest}}');
  assert.equal(succeeded(digest).trim(), made.manifestDigest);
  const tags = JSON.parse(succeeded(await skopeo.run('list-tags', 'team/image'))) as { Tags: string[] };
  assert.deepEqual(tags.Tags, ['one']);

  succeeded(await skopeo.pull('team/image:one', `oci:${join(directory, 'pulled')}:one`));
  const index = JSON.parse(await readFile(join(directory, 'pulled', 'index.json'), 'utf8')) as {
    manifests: { digest: string }[];
  };
  assert.deepEqual(
    index.manifests.map((manifest) => manifest.digest),
    [made.manifestDigest],
  );
  for (const { digest, bytes } of made.layers) {
    const pulled = await readFile(join(directory, 'pulled', 'blobs', 'sha256', digest.slice(7)));
    assert.ok(pulled.equals(bytes), digest);
  }

  succeeded(await skopeo.run('delete', 'team/image:one'));
  const gone = await skopeo.run('inspect', 'team/image:one');
  assert.notEqual(gone.code, 0);
  assert.match(gone.stderr, /manifest unknown/);
}

for (const { name, needs, start } of kinds) {
  test(`skopeo pushes, inspects, pulls and deletes an image of 200 MB: ${name}`, {
    ...withSkopeo,
    ...needs,
  }, async (t) => {
    await roundTrip(t, await start(t), { layers: 4, layerBytes: 50_000_000, seed: 21 });
  });

  test(`skopeo pushes, inspects, pulls and deletes an image of 50 layers: ${name}`, {
    ...withSkopeo,
    ...needs,
  }, async (t) => {
    const gateway = await start(t);
    await roundTrip(t, gateway, { layers: 50, layerBytes: 20_000, seed: 22 });
    const outcomes = new Set(gateway.accessLines().map((line) => line['outcome']));
    assert.deepEqual(
      [...outcomes].sort(),
      ['complete', 'refused'],
      'every client asks once without a password',
    );
  });

  test(`skopeo without a password, or with a wrong one, is told to authenticate: ${name}`, {
    ...withSkopeo,
    ...needs,
  }, async (t) => {
    const gateway = await start(t);
    const directory = temporaryDirectory(t);
    await makeOciLayout(directory, { tag: 'one' });
    for (const credentials of [null, `${USER}:wrong`]) {
      const stranger = skopeoFor(t, gateway, credentials);
      for (const result of [
        await stranger.push(`oci:${directory}:one`, 'team/image:one'),
        await stranger.run('inspect', 'team/image:one'),
        await stranger.run('list-tags', 'team/image'),
      ]) {
        assert.notEqual(result.code, 0);
        assert.match(result.stderr, /authentication required|unauthorized|invalid username\/password/i);
      }
    }
    assert.ok(gateway.accessLines().every((line) => line['status'] === 401));
  });

  test(`podman logs in, pushes and pulls: ${name}`, { ...withPodman, ...needs }, async (t) => {
    const directory = temporaryDirectory(t);
    await makeOciLayout(join(directory, 'made'), { tag: 'one', seed: 23 });
    const archive = join(directory, 'made.tar');
    succeeded(await runProgram('tar', ['-cf', archive, '-C', join(directory, 'made'), '.']));
    const storage = ['--root', join(directory, 'root'), '--runroot', join(directory, 'run')];
    const podman = (...words: readonly string[]) =>
      runProgram('podman', [
        ...storage,
        '--storage-driver',
        'vfs',
        '--cgroup-manager',
        'cgroupfs',
        '--events-backend',
        'file',
        ...words,
      ]);
    const probe = await podman('pull', '--quiet', `oci-archive:${archive}`);
    if (probe.code !== 0) {
      t.skip(`podman cannot keep images on this machine: ${probe.stderr.trim().split('\n').at(-1)}`);
      return;
    }
    const gateway = await start(t);
    const id = probe.stdout.trim();
    const host = `localhost:${gateway.port}`;
    const image = `${host}/team/podman:one`;
    const access = ['--cert-dir', trustDirectory(t, gateway.ca), '--authfile', join(directory, 'auth.json')];
    const login = (password: string) =>
      runProgram('podman', [...storage, 'login', ...access, '--username', USER, '--password-stdin', host], {
        input: password,
      });
    const refused = await login('wrong');
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /invalid username\/password|authentication required|unauthorized/i);
    assert.match(succeeded(await login(PASSWORD)), /Login Succeeded/);
    succeeded(await podman('tag', id, image));
    succeeded(await podman('push', '--quiet', ...access, image));
    succeeded(await podman('rmi', '--force', id));
    assert.equal(succeeded(await podman('pull', '--quiet', ...access, image)).trim(), id);
  });

  test(`curl uploads blobs in one piece, chunked, and in a PATCH and a PUT: ${name}`, {
    ...withCurl,
    ...needs,
  }, async (t) => {
    const gateway = await start(t);
    const curl = curlFor(t, gateway);
    const upload = async (): Promise<string> => {
      const reply = succeeded(await curl(['-i', '-X', 'POST', `${gateway.url}/v2/team/curl/blobs/uploads/`]));
      const location = /^location: *(\S+)/im.exec(reply)?.[1] ?? '';
      assert.ok(location.startsWith(`${gateway.url}/v2/team/curl/blobs/uploads/`), location);
      return location;
    };
    const closing = (location: string, digest: string): string =>
      `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
    const octets = ['-H', 'Content-Type: application/octet-stream'];

    const bodies = [0, 1, 5_000_000].map((length) => seededBytes(length, 24, length));
    for (const bytes of bodies) {
      const file = join(temporaryDirectory(t), 'blob');
      writeFileSync(file, bytes);
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      const send = async (words: readonly string[], input?: Uint8Array): Promise<void> => {
        const status = succeeded(await curl(['-o', '/dev/null', '-w', '%{http_code}', ...words], input));
        assert.match(status, /^20[12]$/, `${words.join(' ')}: ${bytes.length} bytes`);
      };
      const pull = async (): Promise<void> => {
        const pulled = await ask(gateway, `/v2/team/curl/blobs/${digest}`);
        assert.equal(pulled.status, 200);
        assert.ok(pulled.body.equals(bytes));
        assert.equal((await ask(gateway, `/v2/team/curl/blobs/${digest}`, { method: 'DELETE' })).status, 202);
      };
      // The size is not known to curl here, so that it has to send chunks.
      await send(['-T', '-', ...octets, closing(await upload(), digest)], bytes);
      await pull();
      const chunked = ['-H', 'Transfer-Encoding: chunked', '--data-binary', `@${file}`];
      await send(['-X', 'PUT', ...octets, ...chunked, closing(await upload(), digest)]);
      await pull();
      for (const framing of [chunked, ['--data-binary', `@${file}`]]) {
        const first = await upload();
        const reply = succeeded(await curl(['-i', '-X', 'PATCH', ...octets, ...framing, first]));
        assert.match(reply, /^HTTP\/1\.1 202 /m);
        const next = /^location: *(\S+)/im.exec(reply)?.[1] ?? '';
        await send(['-X', 'PUT', closing(next, digest)]);
        await pull();
      }
    }
  });
}

test(
  'curl gets 401 without a password, and the greeting of the old registry with one',
  withCurl,
  async (t) => {
    const gateway = await startTestGateway(t);
    const authority = join(trustDirectory(t, gateway.ca), 'ca.crt');
    const refused = await runProgram('curl', ['-sS', '-i', '--cacert', authority, `${gateway.url}/`]);
    assert.match(succeeded(refused), /^HTTP\/1\.1 401 /);
    assert.equal(
      succeeded(await curlFor(t, gateway)([`${gateway.url}/`])),
      String.raw`"\"docker-registry server\""`,
    );
    const untrusting = await runProgram('curl', ['-sS', `${gateway.url}/`]);
    assert.equal(untrusting.code, 60, 'the authority is not trusted by itself');
  },
);

/** curl, trusting the gateway; the password comes from a file, as a careful person would do it. */
function curlFor(t: TestContext, gateway: TestGateway) {
  const trust = trustDirectory(t, gateway.ca);
  const file = join(trust, 'curlrc');
  writeFileSync(file, `user = "${USER}:${PASSWORD}"\n`, { mode: 0o600 });
  assert.ok(readFileSync(join(trust, 'ca.crt'), 'utf8').includes('BEGIN CERTIFICATE'));
  return (words: readonly string[], input?: Uint8Array): Promise<ProgramResult> =>
    runProgram('curl', ['-sS', '-K', file, '--cacert', join(trust, 'ca.crt'), ...words], {
      ...(input === undefined ? {} : { input }),
    });
}
