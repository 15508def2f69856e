import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PASSWORD, startTestGateway, USER } from '../harness/gateway.js';
import { makeOciLayout } from '../harness/oci-layout.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { skopeoFor } from '../harness/skopeo.js';
import { requireEngine, startContainerd } from '../registry/interop/daemon.js';
import { foreignPair } from '../tls/workshop.js';
import { makeTrustBench } from './bench.js';

const debian = requireProgram('update-ca-certificates', 'ca-certificates');

test(
  "Debian's store has the authority after it was put together, and no longer after it was removed.",
  debian,
  async (t) => {
    const bench = await makeTrustBench(t, {
      environment: { PATH: process.env['PATH'] },
      run: async ([name = '', ...words]) => {
        const places = [
          ...['--localcertsdir', join(bench.root, 'usr/local/share/ca-certificates')],
          ...['--etccertsdir', join(bench.root, 'etc/ssl/certs'), '--certsdir', join(bench.root, 'none')],
          ...['--certsconf', join(bench.root, 'conf'), '--hooksdir', join(bench.root, 'none')],
        ];
        const { code, stderr } = await runProgram(name, [...words, ...places]);
        return code === 0 ? undefined : stderr;
      },
    });
    await bench.write('/usr/sbin/update-ca-certificates');
    await bench.write('/conf');
    const other = await foreignPair(bench.root, 'Company');
    const others = await readFile(other.certificate, 'utf8');
    await bench.write('/usr/local/share/ca-certificates/company.crt', others);
    await mkdir(join(bench.root, 'none'));
    await mkdir(join(bench.root, 'etc/ssl/certs'), { recursive: true });
    const words = ['--system', '--ca', bench.authority.certificate, 'localhost:8443'];
    const bundle = join(bench.root, 'etc/ssl/certs/ca-certificates.crt');
    const verify = () =>
      runProgram('openssl', ['verify', '-no-CApath', '-CAfile', bundle, bench.server.certificate]);
    assert.equal((await bench.trust(...words)).stderr, '');
    assert.equal((await verify()).code, 0);
    assert.equal((await bench.trust(...words)).exitCode, 0);
    assert.equal(bench.ran.length, 1);
    assert.equal((await bench.trust('--remove', ...words)).stderr, '');
    assert.equal(await readFile(bundle, 'utf8'), others);
  },
);

const engines = { ...requireProgram('skopeo', 'skopeo'), ...requireEngine('containerd', 'containerd') };

test('skopeo and containerd reach a gateway through what was written for them.', engines, async (t) => {
  const engine = await startContainerd(t);
  if (typeof engine === 'string') return t.skip(engine);
  const gateway = await startTestGateway(t);
  const bench = await makeTrustBench(t);
  const [host, layout, ca] = [
    `localhost:${gateway.port}`,
    join(bench.root, 'layout'),
    join(bench.root, 'ca.crt'),
  ];
  await writeFile(ca, gateway.ca);
  assert.equal((await bench.trust('--podman', '--containerd', '--ca', ca, host)).stderr, '');
  await makeOciLayout(layout, { tag: 'a', layers: 1, layerBytes: 1000, seed: 7 });
  assert.equal((await skopeoFor(t, gateway).push(`oci:${layout}:a`, 'made:a')).code, 0);

  const directory = join(bench.root, 'etc/containers/certs.d', host);
  const login = ['--creds', `${USER}:${PASSWORD}`];
  const seen = await runProgram('skopeo', [
    'inspect',
    '--cert-dir',
    directory,
    ...login,
    `docker://${host}/made:a`,
  ]);
  assert.equal(seen.code, 0, seen.stderr);
  const hosts = ['--hosts-dir', join(bench.root, 'etc/containerd/certs.d'), '--user', `${USER}:${PASSWORD}`];
  const words = ['--address', engine.socket, 'content', 'fetch', ...hosts, `${host}/made:a`];
  const fetched = await runProgram('ctr', words);
  assert.equal(fetched.code, 0, fetched.stderr);
});
