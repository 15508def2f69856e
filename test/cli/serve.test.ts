import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { makeOciLayout } from '../harness/oci-layout.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { startRecorder } from '../harness/recorder.js';
import { serve, spawnServe, untilServing } from '../harness/served.js';
import { skopeoFor } from '../harness/skopeo.js';

const withPrograms = { ...requireProgram('curl', 'curl'), ...requireProgram('skopeo', 'skopeo') };
const ANY_PORT = ['--listen', '127.0.0.1:0'];

test(
  'a first start in an empty directory makes what it needs, and what it prints works',
  withPrograms,
  async (t) => {
    const directory = temporaryDirectory(t);
    const first = await untilServing(spawnServe(t, directory, ANY_PORT));
    const mode = (name: string): string => (statSync(join(directory, name)).mode & 0o777).toString(8);
    assert.deepEqual(['dockgate.htpasswd', 'certs/ca.key', 'certs/server.key'].map(mode), [
      '600',
      '600',
      '600',
    ]);
    assert.match(readFileSync(join(directory, 'dockgate.htpasswd'), 'utf8'), /^admin:\$2y\$\d\d\$\S{53}\n$/);

    const greeting = first.stderr();
    const [, password = ''] = /^ {2}password (\S+)$/m.exec(greeting) ?? [];
    assert.ok(password.length >= 20, greeting);
    assert.equal(greeting.split(password).length, 2, 'the password is printed once');
    const place = `localhost:${first.port}`;
    for (const line of [
      `docker login ${place} --username admin`,
      `docker tag IMAGE ${place}/IMAGE`,
      `docker push ${place}/IMAGE`,
      `docker pull ${place}/IMAGE`,
    ]) {
      assert.ok(
        greeting.split('\n').some((printed) => printed.trim() === line),
        `${line} in ${greeting}`,
      );
    }

    const curl = /^ +(curl .*)$/m.exec(greeting)?.[1] ?? '';
    const command = `${curl} -sS -w ' %{http_code}'`;
    assert.match((await runProgram('sh', ['-c', command])).stdout, / 401$/);
    const config = join(directory, 'curlrc');
    writeFileSync(config, `user = "admin:${password}"\n`);
    assert.match((await runProgram('sh', ['-c', `${command} -K ${config}`])).stdout, / 200$/);

    await makeOciLayout(join(directory, 'image'), { tag: 'one' });
    const skopeo = skopeoFor(t, first, `admin:${password}`);
    const pushed = await skopeo.push(`oci:${join(directory, 'image')}:one`, 'first:one');
    assert.equal(pushed.code, 0, pushed.stderr);
    first.kill('SIGTERM');
    assert.deepEqual(await first.ended, { code: 0, signal: null });
    assert.ok(!first.stdout().includes(password), 'the password is not logged');

    const second = await untilServing(spawnServe(t, directory, ANY_PORT));
    assert.ok(!/password/i.test(second.stderr()), second.stderr());
    assert.equal(second.ca, first.ca, 'the authority stays');
    const pulled = await skopeoFor(t, second, `admin:${password}`).run('inspect', 'first:one');
    assert.equal(pulled.code, 0, pulled.stderr);
  },
);

test('standard output is lines of JSON, one of which says which port was picked', async (t) => {
  const recorder = await startRecorder(t);
  const served = await serve(t, temporaryDirectory(t), [
    '--upstream',
    recorder.origin,
    '--listen',
    '[::1]:0',
  ]);
  served.kill('SIGTERM');
  await served.ended;
  const listening = served.lines().filter(({ msg }) => msg === 'listening');
  assert.deepEqual(listening.map(({ address }) => address).sort(), ['127.0.0.1', '::1']);
  for (const { port } of listening) assert.ok(Number(port) > 0);
  assert.ok(served.stdout().endsWith('\n'));
  for (const line of served.lines()) assert.equal(typeof line['time'], 'string');
});

test('in front of an upstream a missing password file is a mistake, and nobody is let in by a new one', async (t) => {
  const directory = temporaryDirectory(t);
  const served = spawnServe(t, directory, [...ANY_PORT, '--upstream', 'http://localhost:5000']);
  assert.deepEqual(await served.ended, { code: 2, signal: null });
  assert.match(served.stderr(), /dockgate\.htpasswd: .*dockgate user add NAME --htpasswd/);
  assert.ok(!existsSync(join(directory, 'dockgate.htpasswd')));
});

interface Mistake {
  readonly name: string;
  readonly words: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly expected: RegExp;
}

const mistakes: readonly Mistake[] = [
  { name: 'an unknown flag', words: ['--upstreem', 'http://x'], expected: /unknown option '--upstreem'/ },
  { name: 'a surplus word', words: ['now'], expected: /too many arguments/ },
  {
    name: 'a flag that is no address',
    words: ['--listen', 'localhost:http'],
    expected: /--listen must be an address such as .*not "localhost:http"/,
  },
  {
    name: 'a typo in the file',
    words: [],
    files: { 'dockgate.yaml': 'log:\n  level: info\nlistn: 8443\n' },
    expected: /dockgate\.yaml:3:1: "listn" .*"listen"/,
  },
  {
    name: 'a value that is none in the file',
    words: [],
    files: { 'dockgate.yaml': 'timeouts:\n  idle: soon\n' },
    expected: /dockgate\.yaml:2:9: .*idle.*"soon"/,
  },
  {
    name: 'a file that is not YAML',
    words: [],
    files: { 'dockgate.yaml': 'listen: [8443\n' },
    expected: /dockgate\.yaml:\d+:\d+: /,
  },
  { name: 'a file that is not there', words: ['--config', 'gone.yaml'], expected: /gone\.yaml: / },
  {
    name: 'a password file in a directory that is not there',
    words: [...ANY_PORT, '--htpasswd', 'gone/htpasswd'],
    expected: /gone\/htpasswd: htpasswd: .*directory does not exist/,
  },
  {
    name: 'a password file that is a directory',
    words: [...ANY_PORT, '--htpasswd', 'folder'],
    expected: /folder: htpasswd: this is not a file/,
  },
  {
    name: 'a certificate without its key',
    words: [...ANY_PORT, '--cert', 'server.crt'],
    expected: /key/,
  },
  {
    name: 'a key that is not there',
    words: [...ANY_PORT, '--cert', 'server.crt', '--key', 'gone.key'],
    files: { 'server.crt': 'x' },
    expected: /gone\.key: there is no such file/,
  },
  {
    name: 'a key that cannot be read',
    words: [...ANY_PORT, '--cert', 'server.crt', '--key', 'folder'],
    expected: /folder: /,
  },
  {
    name: 'a data directory that is a file',
    words: [...ANY_PORT, '--data', 'taken'],
    files: { taken: '' },
    expected: /taken: data: the directory cannot be used/,
  },
  {
    name: 'an authority of the upstream that is not there',
    words: ANY_PORT,
    files: {
      'dockgate.yaml': 'upstream: { url: "https://localhost:5000", ca: gone.crt }\n',
      'dockgate.htpasswd': 'x:{SHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs=\n',
    },
    expected: /gone\.crt: there is no such file/,
  },
];

test('mistakes end with exit code 2 and plain sentences that name the place', {
  concurrency: 2,
}, async (t) => {
  const check = async (st: TestContext, { words, files = {}, expected }: Mistake): Promise<void> => {
    const directory = temporaryDirectory(st);
    mkdirSync(join(directory, 'folder'));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
    const served = spawnServe(st, directory, words);
    assert.deepEqual(await served.ended, { code: 2, signal: null }, served.stderr());
    assert.match(served.stderr(), expected);
    assert.ok(!/\n\s+at |node:internal|Error:/.test(served.stderr()), served.stderr());
    assert.ok(served.stderr().trimEnd().split('\n').length <= 3, served.stderr());
  };
  await Promise.all(mistakes.map((mistake) => t.test(mistake.name, (st) => check(st, mistake))));
});

test('a start that fails because the port is taken shows the password at the next start', async (t) => {
  const directory = temporaryDirectory(t);
  const { port } = await startRecorder(t);
  const taken = spawnServe(t, directory, ['--listen', `127.0.0.1:${port}`]);
  assert.deepEqual(await taken.ended, { code: 2, signal: null });
  assert.match(
    taken.stderr(),
    new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: .*listens there already`),
  );
  assert.ok(!/\n\s+at /.test(taken.stderr()));
  const next = await untilServing(spawnServe(t, directory, ANY_PORT));
  assert.match(next.stderr(), /^ {2}password \S{20}$/m);
});
