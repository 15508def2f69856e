import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import { startDockerRegistry } from '../../harness/docker-registry.js';
import { startTestGateway } from '../../harness/gateway.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { makeOldRegistry } from '../../harness/old-registry.js';
import { requireProgram } from '../../harness/program.js';
import { onDirectory, overHttps, registry } from './commands.js';
import { fill } from './filled.js';

const programs = { ...requireProgram('skopeo', 'skopeo') };
const all = { ...programs, ...requireProgram('docker-registry', 'docker-registry') };

for (const kind of [
  'the data directory',
  'a running dockgate',
  "distribution's registry behind dockgate",
] as const) {
  test(`ls, tags and inspect show what skopeo has pushed: ${kind}`, all, async (t) => {
    const upstream = kind.startsWith('distribution') ? await startDockerRegistry(t) : undefined;
    const gateway = await startTestGateway(t, upstream === undefined ? {} : { upstream: upstream.origin });
    const { one, two, index, signature } = await fill(t, gateway, upstream === undefined);
    const { prefix, options } =
      kind === 'the data directory' ? onDirectory(gateway.data) : overHttps(t, gateway);
    const place = prefix === '' ? gateway.data : gateway.url;
    const run = (command: string, ...words: readonly string[]) => registry([command, ...words, ...options]);
    const root = prefix === '' ? [] : [prefix];

    assert.deepEqual(await run('ls', ...root), { exitCode: 0, out: 'lone\nteam/app\n', err: '' });
    const long = await run('ls', '--long', ...root);
    assert.equal(long.out, 'REPOSITORY  TAGS\nlone           1\nteam/app       4\n');
    const list = JSON.parse((await run('ls', '--json', '--long', ...root)).out);
    const counted = [
      { name: 'lone', tags: 1 },
      { name: 'team/app', tags: 4 },
    ];
    assert.deepEqual(list, { registry: place, repositories: counted });

    const tags = await run('tags', `${prefix}team/app`, '--json');
    const expected = [
      ['1', one.manifestDigest],
      ['2', two.manifestDigest],
      ['all', index],
      ['signed', signature],
    ];
    assert.deepEqual(
      JSON.parse(tags.out)
        .tags.map(({ tag, digest }: Record<string, string>) => [tag, digest])
        .sort(),
      expected,
    );
    const table = (await run('tags', `${prefix}team/app`, '--long')).out;
    assert.match(table, /^TAG +DIGEST +SIZE +CREATED$/m);
    assert.match(table, new RegExp(`^1 +${one.manifestDigest} +[\\d.]+ kB +2020-01-01T00:00:00Z$`, 'm'));

    const image = JSON.parse((await run('inspect', `${prefix}team/app:2`, '--json')).out);
    assert.equal(image.digest, two.manifestDigest);
    assert.equal(image.image.platform, 'linux/amd64');
    assert.deepEqual(
      image.layers.map(({ digest, size }: { digest: string; size: number }) => [digest, size]),
      two.layers.map(({ digest, bytes }) => [digest, bytes.length]),
    );
    const parts = [two.manifest, two.config, ...two.layers.map(({ bytes }) => bytes)];
    assert.equal(
      image.totalSize,
      parts.reduce((total, { length }) => total + length, 0),
    );
    const lone = (await run('inspect', `${prefix}lone@${one.manifestDigest}`)).out;
    assert.match(lone, /Created +2020-01-01T00:00:00Z/);
    assert.equal(
      (await run('inspect', `${prefix}lone`)).exitCode,
      0,
      'latest is what an image without a tag is',
    );
    if (upstream !== undefined) return;
    const referrers = JSON.parse((await run('inspect', `${prefix}team/app:1`, '--json')).out).referrers;
    assert.deepEqual(
      referrers.map(({ digest }: Record<string, string>) => digest),
      [signature],
    );
  });
}

test(
  'an index shows its platforms, and nothing in it reaches the terminal as a control character',
  programs,
  async (t) => {
    const gateway = await startTestGateway(t);
    const { one } = await fill(t, gateway);
    const { exitCode, out } = await registry(['inspect', 'team/app:all', '--data', gateway.data]);
    assert.equal(exitCode, 0);
    assert.match(out, new RegExp(`linux/amd64 +${one.manifestDigest} +[\\d.]+ kB +2020-`));
    assert.match(out, /linux\/s390x +sha256:\w+ +not held/);
    assert.ok(out.includes('red \\u{1b}[31m and \\u{202e}back'), out);
    const json = (await registry(['inspect', 'team/app:all', '--json', '--data', gateway.data])).out;
    assert.doesNotMatch(out + json, /[^\n\x20-\x7e]/);
    assert.equal(JSON.parse(json).annotations['org.example.note'], 'red \u001b[31m and \u202eback');
  },
);

test('what is not there is said, with exit code 1', programs, async (t) => {
  const gateway = await startTestGateway(t);
  await fill(t, gateway);
  const { prefix, options } = overHttps(t, gateway);
  for (const [before, more] of [
    ['', ['--data', gateway.data]],
    [prefix, options],
  ] as const) {
    const tags = await registry(['tags', `${before}nobody/knows`, ...more]);
    assert.equal(tags.exitCode, 1);
    assert.match(tags.err, /there is no repository nobody\/knows/);
    const image = await registry(['inspect', `${before}team/app:9`, ...more]);
    assert.equal(image.exitCode, 1);
    assert.match(image.err, /there is no team\/app:9/);
  }
  const empty = temporaryDirectory(t);
  const absent = await registry(['ls', '--data', join(empty, 'none')]);
  assert.equal(absent.exitCode, 1);
  assert.match(absent.err, /there is no registry in this directory/);
});

test('images of the v1 API are shown and removed as their clients see them', async (t) => {
  const directory = memoryDirectory(t);
  const old = await makeOldRegistry(directory);
  // As docker-registry has left it: dockgate has never served it.
  assert.ok(!existsSync(join(directory, 'docker')));
  const run = (...words: readonly string[]) => registry([...words, '--data', directory]);
  const listed = (await run('ls')).out.trim().split('\n');
  const names = old.repositories.map(({ successor }) => successor).filter((name) => name !== undefined);
  for (const name of names) assert.ok(listed.includes(name), name);
  const tags = await run('tags', 'vinod1/web');
  assert.equal(tags.exitCode, 0, tags.err);
  assert.match(tags.out, /^v1 +sha256:[a-f0-9]{64}$/m);
  for (const name of names) assert.equal((await run('tags', name)).exitCode, 0, name);
  assert.match((await run('inspect', 'vinod1/web:v1')).out, /Platform +linux\/amd64/);
  assert.equal((await run('rm', '--yes', 'vinod1/web:v1')).exitCode, 0);
  assert.ok(!existsSync(join(directory, 'repositories/vinod1/web/tag_v1')));
  assert.doesNotMatch((await run('tags', 'vinod1/web')).out, /^v1 /m);
});

test('where the v1 images are read-only, their tags are not removed', async (t) => {
  const [data, directory] = [memoryDirectory(t), memoryDirectory(t)];
  await makeOldRegistry(directory, { damage: false });
  const config = join(data, 'dockgate.yaml');
  await writeFile(config, `data: ${data}\nv1:\n  directory: ${directory}\n  access: read-only\n`);
  const { exitCode, err } = await registry(['rm', '--yes', 'vinod1/web:v1', '--config', config]);
  assert.equal(exitCode, 1);
  assert.match(err, /comes from the v1 repository vinod1\/web, which is served read-only/);
  assert.match((await registry(['tags', 'vinod1/web', '--config', config])).out, /^v1 /m);
});

test('a wrong password is told, and shown nowhere', programs, async (t) => {
  const gateway = await startTestGateway(t);
  const { prefix, options } = overHttps(t, gateway);
  const wrong = await registry(['ls', prefix, ...options], { input: 'hunter2\n' });
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.err, /does not accept user/);
  assert.ok(!`${wrong.out}${wrong.err}${gateway.rawLog()}`.includes('hunter2'));
  const without = await registry(['ls', prefix, ...options.slice(3)]);
  assert.match(without.err, /wants a password; name a user with --user NAME/);
  const untrusting = await registry(['ls', prefix, '--user', 'x', '--password-stdin'], {
    directory: temporaryDirectory(t),
  });
  assert.match(untrusting.err, /cannot be trusted .*--ca FILE/);
});

test('the authority in the directory of certificates is trusted without being named', programs, async (t) => {
  const gateway = await startTestGateway(t);
  const { prefix, options } = overHttps(t, gateway);
  const found = await registry(['ls', prefix, ...options.slice(0, 3), '--certs', gateway.certs]);
  assert.deepEqual(found, { exitCode: 0, out: '', err: '' });
});
