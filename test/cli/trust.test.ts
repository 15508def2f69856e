import assert from 'node:assert/strict';
import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { foreignPair } from '../tls/workshop.js';
import { makeTrustBench, type TrustBench } from '../trust/bench.js';

const HOST = 'registry.example.com:8443';

/** Debian with docker, podman and containerd. */
async function furnish({ write }: TrustBench): Promise<void> {
  await write('/usr/sbin/update-ca-certificates');
  for (const path of [
    '/etc/docker/daemon.json',
    '/etc/containers/policy.json',
    '/etc/containerd/config.toml',
  ])
    await write(path);
}

async function files(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

test('Every client that is there comes to trust the authority, twice is as once, and removing leaves nothing.', async (t) => {
  const bench = await makeTrustBench(t);
  const { root, authority } = bench;
  await furnish(bench);
  const before = await files(root);
  const words = ['--ca', authority.certificate, HOST];

  const first = await bench.trust(...words);
  assert.equal(first.stderr, '');
  const ours = [
    '/etc/containerd/certs.d/registry.example.com:8443/ca.crt',
    '/etc/containerd/certs.d/registry.example.com:8443/hosts.toml',
    '/etc/containers/certs.d/registry.example.com:8443/ca.crt',
    '/etc/docker/certs.d/registry.example.com:8443/ca.crt',
    '/usr/local/share/ca-certificates/dockgate-registry.example.com-8443.crt',
  ];
  assert.deepEqual(await files(root), [...before, ...ours.map((path) => `${root}${path}`)].sort());
  for (const path of ours) {
    assert.ok(first.stdout.includes(`${path}: written`), first.stdout);
    const text = await readFile(`${root}${path}`, 'utf8');
    if (path.endsWith('.crt')) assert.equal(text, await readFile(authority.certificate, 'utf8'));
    assert.equal((await stat(`${root}${path}`)).mode & 0o777, 0o644);
  }
  assert.equal(
    await readFile(`${root}${ours[1]}`, 'utf8'),
    'server = "https://registry.example.com:8443"\n\n[host."https://registry.example.com:8443"]\n  capabilities = ["pull", "resolve", "push"]\n  ca = "ca.crt"\n',
  );
  assert.deepEqual(bench.ran, [['update-ca-certificates']]);
  assert.match(first.stdout, /^ {2}NODE_EXTRA_CA_CERTS=\/usr\/local\/share\/ca-certificates\/dockgate-/m);
  assert.match(first.stdout, /^ {2}SSL_CERT_FILE=\/etc\/ssl\/certs\/ca-certificates\.crt /m);

  const times = await Promise.all(ours.map(async (path) => (await stat(`${root}${path}`)).mtimeMs));
  const second = await bench.trust(...words);
  assert.deepEqual([second.exitCode, second.stdout.match(/already trusted/g)?.length], [0, 5]);
  assert.deepEqual(
    await Promise.all(ours.map(async (path) => (await stat(`${root}${path}`)).mtimeMs)),
    times,
  );
  assert.deepEqual(bench.ran.length, 1);

  const removed = await bench.trust('--remove', ...words);
  assert.deepEqual([removed.exitCode, removed.stdout.match(/: removed/g)?.length], [0, 5]);
  assert.deepEqual(await files(root), before);
  assert.deepEqual(bench.ran[1], ['update-ca-certificates', '--fresh']);
  const again = await bench.trust('--remove', ...words);
  assert.deepEqual([again.exitCode, again.stdout.match(/: not there/g)?.length], [0, 4]);
});

test('A store that was never put together after its file came is put together by the next run.', async (t) => {
  const bench = await makeTrustBench(t, { run: async () => 'no room' });
  await furnish(bench);
  const words = ['--system', '--ca', bench.authority.certificate, HOST];
  const failed = await bench.trust(...words);
  assert.equal(failed.exitCode, 1);
  assert.equal(failed.stderr, '`update-ca-certificates` failed; run it again as root: no room');
  await bench.write('/etc/ssl/certs/ca-certificates.crt', 'others\n');
  await bench.trust(...words);
  await bench.write(
    '/etc/ssl/certs/ca-certificates.crt',
    await readFile(bench.authority.certificate, 'utf8'),
  );
  await bench.trust(...words);
  assert.equal(bench.ran.length, 2);
});

test('--print tells files and commands and changes nothing.', async (t) => {
  const bench = await makeTrustBench(t);
  await furnish(bench);
  const before = await files(bench.root);
  const { exitCode, stdout } = await bench.trust('--print', '--ca', bench.authority.certificate, HOST);
  assert.equal(exitCode, 0);
  assert.equal(stdout.match(/would be written/g)?.length, 5);
  assert.match(stdout, /^would run +update-ca-certificates$/m);
  assert.deepEqual(await files(bench.root), before);
  assert.deepEqual(bench.ran, []);
});

test("Another's ca.crt stays, ours stands beside it, and only ours is removed.", async (t) => {
  const bench = await makeTrustBench(t);
  const place = '/etc/docker/certs.d/registry.example.com:8443';
  const foreign = await foreignPair(temporaryDirectory(t), 'Company');
  const text = await readFile(foreign.certificate, 'utf8');
  await bench.write(`${place}/ca.crt`, text);
  const words = ['--docker', '--ca', bench.authority.certificate, HOST];
  assert.match((await bench.trust(...words)).stdout, /dockgate\.crt: written/);
  assert.match((await bench.trust(...words)).stdout, /dockgate\.crt: already trusted/);
  assert.match((await bench.trust('--remove', ...words)).stdout, /dockgate\.crt: removed/);
  assert.deepEqual(await readdir(`${bench.root}${place}`), ['ca.crt']);
  assert.equal(await readFile(`${bench.root}${place}/ca.crt`, 'utf8'), text);
});

test('An earlier authority of dockgate at the same place is replaced; one among others is not taken out.', async (t) => {
  const [bench, earlier] = [await makeTrustBench(t), await makeTrustBench(t)];
  const place = '/etc/docker/certs.d/registry.example.com:8443/ca.crt';
  const old = await readFile(earlier.authority.certificate, 'utf8');
  await bench.write(place, old);
  const words = ['--docker', '--ca', bench.authority.certificate, HOST];
  assert.match((await bench.trust(...words)).stdout, /ca\.crt: replaced, an earlier authority was there/);
  const ours = await readFile(`${bench.root}${place}`, 'utf8');
  assert.equal(ours, await readFile(bench.authority.certificate, 'utf8'));
  await bench.write(place, `${ours}${old}`);
  assert.match((await bench.trust(...words)).stdout, /already trusted/);
  const kept = await bench.trust('--remove', ...words);
  assert.equal(kept.exitCode, 1);
  assert.match(kept.stderr, /ca\.crt holds other certificates too\. Take this one out of it by hand\.$/);
});

test('A hosts.toml that somebody else has written is not changed, and the line for it is told.', async (t) => {
  const bench = await makeTrustBench(t);
  const place = '/etc/containerd/certs.d/registry.example.com:8443';
  const text = 'server = "https://registry.example.com:8443"\n[host."https://mirror.example"]\n';
  await bench.write(`${place}/hosts.toml`, text);
  const words = ['--containerd', '--ca', bench.authority.certificate, HOST];
  const told = await bench.trust(...words);
  assert.equal(told.exitCode, 1);
  assert.equal(
    told.stderr,
    `${place}/hosts.toml was written by somebody else. It stays as it is. Add to its [host."https://registry.example.com:8443"] table: ca = "${place}/ca.crt"`,
  );
  assert.equal(await readFile(`${bench.root}${place}/hosts.toml`, 'utf8'), text);
  await bench.write(`${place}/hosts.toml`, `${text}ca = "${place}/ca.crt"\n`);
  assert.equal((await bench.trust(...words)).exitCode, 0);
  const kept = await bench.trust('--remove', ...words);
  assert.equal(kept.exitCode, 1);
  assert.match(kept.stderr, /Take that line out/);
  assert.deepEqual((await readdir(`${bench.root}${place}`)).sort(), ['ca.crt', 'hosts.toml']);
});

test('What is no place of a gateway is refused, and nothing is written.', async (t) => {
  const bench = await makeTrustBench(t);
  const hosts = [
    '../../etc',
    'a/b',
    '..',
    'a:b',
    'a:0',
    'a:65536',
    '[::1',
    '::1',
    'https://a',
    '',
    'a b',
    '$(id)',
    '-a',
  ];
  for (const host of [...hosts, '[fe80::1%eth0]', 'a\n', 'a\0b']) {
    const { exitCode, stderr } = await bench.trust(
      '--docker',
      '--ca',
      bench.authority.certificate,
      '--',
      host,
    );
    assert.equal(exitCode, 2, JSON.stringify(host));
    assert.match(stderr, /^HOST\[:PORT\] must /);
    assert.deepEqual(await files(bench.root), []);
  }
});

test('An IPv6 address has brackets in names of directories, and none in the name of a file.', async (t) => {
  const bench = await makeTrustBench(t);
  await furnish(bench);
  const { stdout } = await bench.trust('--print', '--ca', bench.authority.certificate, '[2001:db8::1]:8443');
  assert.match(stdout, /\/etc\/docker\/certs\.d\/\[2001:db8::1\]:8443\/ca\.crt: /);
  assert.match(stdout, /ca-certificates\/dockgate-2001-db8--1-8443\.crt: /);
});

test('Only the certificate of one authority is taken, never a key.', async (t) => {
  const bench = await makeTrustBench(t);
  const directory = temporaryDirectory(t);
  const texts = {
    certificate: await readFile(bench.authority.certificate, 'utf8'),
    key: await readFile(bench.authority.key, 'utf8'),
    server: await readFile(bench.server.certificate, 'utf8'),
  };
  const rows: [name: string, text: string, sentence: RegExp][] = [
    ['key', texts.key, /holds a private key\. Nobody but the authority may have that/],
    ['both', texts.certificate + texts.key, /holds a private key/],
    ['two', texts.certificate + texts.certificate, /holds 2 things, but one certificate is to be trusted/],
    ['server', texts.server, /the certificate of localhost is not an authority's/],
    ['empty', '', /is empty/],
    ['text', 'hello', /is not PEM/],
  ];
  for (const [name, text, sentence] of rows) {
    const file = join(directory, name);
    await writeFile(file, text);
    const { exitCode, stderr } = await bench.trust('--docker', '--ca', file, HOST);
    assert.equal(exitCode, 1, name);
    assert.ok(stderr.startsWith(`${file}: `), stderr);
    assert.match(stderr, sentence);
  }
  assert.deepEqual(await files(bench.root), []);
});

test('An authority that is over is not trusted, but taken away.', async (t) => {
  const bench = await makeTrustBench(t, {}, Date.now() - 3700 * 86_400_000);
  const place = '/etc/docker/certs.d/registry.example.com:8443/ca.crt';
  const words = ['--docker', '--ca', bench.authority.certificate, HOST];
  assert.match((await bench.trust(...words)).stderr, /ended on /);
  await bench.write(place, await readFile(bench.authority.certificate, 'utf8'));
  assert.match((await bench.trust('--remove', ...words)).stdout, /ca\.crt: removed/);
});

test('Links of an image do not lead out of it.', async (t) => {
  const bench = await makeTrustBench(t);
  const outside = temporaryDirectory(t);
  await bench.write('/etc/hosts');
  await symlink(outside, join(bench.root, 'etc/docker'));
  const words = ['--root', bench.root, '--docker', '--ca', bench.authority.certificate, HOST];
  const { exitCode, stderr } = await bench.trust(...words);
  assert.equal(exitCode, 1);
  assert.match(stderr, /leads out of the directory of --root\.$/);
  assert.deepEqual(await readdir(outside), []);
});

test('Of an image no program is run, and none is found in the PATH.', async (t) => {
  const bench = await makeTrustBench(t, { environment: { PATH: '/opt/bin' } });
  await bench.write('/opt/bin/docker');
  await bench.write('/etc/pki/ca-trust/source/README');
  const words = ['--root', bench.root, '--json', '--ca', bench.authority.certificate, HOST];
  const report = JSON.parse((await bench.trust(...words)).stdout);
  assert.deepEqual(report.files, [
    {
      client: 'system',
      path: '/etc/pki/ca-trust/source/anchors/dockgate-registry.example.com-8443.crt',
      work: 'write',
    },
  ]);
  assert.deepEqual([report.ok, report.commands, bench.ran], [true, [], []]);
});

test('Without a client, and without an authority, it says what to do.', async (t) => {
  const bench = await makeTrustBench(t);
  const nobody = await bench.trust('--ca', bench.authority.certificate, HOST);
  assert.equal(nobody.exitCode, 2);
  assert.match(nobody.stderr, /Choose: --system, --docker, --podman, --containerd\.$/);
  const nothing = await bench.trust('--docker', '--config', '/dev/null', HOST);
  assert.equal(nothing.exitCode, 1);
  assert.equal(nothing.stderr, '/dev/null: the configuration has no authority yet (ca.crt).');
  const unnamed = await bench.trust('--docker', HOST);
  assert.equal(unnamed.exitCode, 2);
  assert.match(
    unnamed.stderr,
    /^Which authority\? Copy ca\.crt from the gateway and name it with --ca FILE\./,
  );
  const store = await bench.trust('--system', '--ca', bench.authority.certificate, HOST);
  assert.match(store.stderr, /Install the package ca-certificates\.$/);
});

test("The authority of the configuration's directory is taken, as far as it is the one that was asked for.", async (t) => {
  const bench = await makeTrustBench(t);
  const config = join(temporaryDirectory(t), 'gate.yaml');
  await writeFile(config, `certs: ${dirname(bench.authority.certificate)}\n`);
  const { exitCode, stdout } = await bench.trust('--docker', '--config', config, HOST);
  assert.equal(exitCode, 0);
  assert.ok(stdout.includes(bench.authority.certificate), stdout);
  const words = ['--docker', '--ca', bench.authority.certificate, '--fingerprint', 'AB'.repeat(32), HOST];
  const other = await bench.trust(...words);
  assert.equal(other.exitCode, 1);
  assert.match(other.stderr, /this is another authority, and nothing was changed\. Its fingerprint is /);
});

test('macOS and Windows are told what to type, since their stores ask the person.', async (t) => {
  const mac = await makeTrustBench(t, { platform: 'darwin', home: '/Users/a' });
  const { stdout } = await mac.trust('--system', '--docker', '--ca', mac.authority.certificate, HOST);
  assert.match(
    stdout,
    /sudo security add-trusted-cert -d -r trustRoot -k \/Library\/Keychains\/System\.keychain \//,
  );
  assert.match(stdout, /\/Users\/a\/\.docker\/certs\.d\/registry\.example\.com:8443\/ca\.crt: written/);
  const windows = await makeTrustBench(t, { platform: 'win32' });
  const told = await windows.trust('--ca', windows.authority.certificate, HOST);
  assert.match(told.stdout, /certutil -addstore -f Root "/);
});

test("Without the superuser's rights podman's directory is the person's own.", async (t) => {
  const bench = await makeTrustBench(t, { user: 1000, home: '/home/a' });
  const { stdout } = await bench.trust('--podman', '--ca', bench.authority.certificate, HOST);
  assert.match(
    stdout,
    /\/home\/a\/\.config\/containers\/certs\.d\/registry\.example\.com:8443\/ca\.crt: written/,
  );
});
